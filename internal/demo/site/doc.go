// Package site is a little dynamic site that is slow on purpose: a list of articles, articles with comments, pictures, and a basket for
// each visitor. It is what the demo puts behind the cache.
//
// It says nothing about caching, as most sites do, but for its pictures and its stylesheet, which have a lifetime of their own. Its pages
// carry tags. Everything it makes takes between 300 and 800 milliseconds, always the same for the same path.
//
// It does not know that there is a cache in front of it. What it keeps, it keeps in memory, and bounded.
package site
