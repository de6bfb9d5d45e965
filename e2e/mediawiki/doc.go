// Package mediawiki puts Lacquer in front of a site that nobody here wrote: MediaWiki with SQLite and PHP, as Debian ships them,
// with the settings that its manual gives for a cache in front. Readers read, an editor edits through the wiki's own API, the wiki
// sends its own PURGE requests, users log in; and the count of requests at the wiki tells how many it was spared.
//
// It drives the real binary over loopback. It knows nothing of the inside of Lacquer, and nothing of the inside of MediaWiki.
//
// The script run installs what is needed and starts the test; without it the test is skipped.
package mediawiki
