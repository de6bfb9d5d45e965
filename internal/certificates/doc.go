// Package certificates keeps what TLS listeners show: certificates from files, which it reads again when they change; certificates of
// named hosts, which it obtains and renews by ACME (RFC 8555); and where there is neither, one that it has signed itself.
//
// For each handshake it chooses among them by the name that the client asks for. It answers the challenges by which a certificate
// authority convinces itself that a host is ours, over HTTP (RFC 8555 section 8.3) and in the handshake (RFC 8737), on listeners that
// others have opened.
//
// It opens no listener, reads no configuration, and knows nothing of requests.
package certificates
