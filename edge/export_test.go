package edge

// ForwardedFor is forwardedFor, for its fuzz test.
var ForwardedFor = forwardedFor
