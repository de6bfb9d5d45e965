/*
Origin is the site that every server of the benchmark has behind it. It answers without thinking, and counts what it is asked:

	origin --listen 127.0.0.1:0

prints the address that it listens on as its only line, and answers there

	/object/BYTES/NAME        a page of so many bytes that may be stored for a day
	/slow/MILLISECONDS/BYTES/NAME   the same, after so long
	/requests                 how many of those two it has been asked, as a number; it is for whoever measures, and asked directly

The bytes of a page are those of its path, over and over, so that whoever gets them can tell whether they are the right ones. It knows
nothing of caches.
*/
package main
