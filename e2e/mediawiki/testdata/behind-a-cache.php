<?php
# Appended to the settings that the installer writes. The first part is what the wiki's manual tells whoever runs a cache in
# front; the second makes the wiki's answers depend on nothing but what was edited.

$wgServer = getenv( 'WIKI_SERVER' );
$wgUseCdn = true;
$wgCdnServers = [ getenv( 'WIKI_CDN' ) ];
$wgCdnServersNoPurge = [ '127.0.0.1' ];
$wgUsePrivateIPs = true;

# The wiki remembers rendered pages by the second: two edits within one would look like one.
$wgParserCacheType = CACHE_NONE;
# Jobs run when the test says so, not after somebody's page.
$wgJobRunRate = 0;
$wgMainCacheType = CACHE_ACCEL;
$wgCacheDirectory = getenv( 'WIKI_DIRECTORY' ) . '/cache';
$wgUploadDirectory = getenv( 'WIKI_DIRECTORY' ) . '/uploads';
