// Loaded before the suite's origin, which would listen on every address of this machine: it listens on loopback instead.
const { Server } = require('node:net')

const listen = Server.prototype.listen
Server.prototype.listen = function (port, ...others) {
	return typeof port === 'object' ? listen.call(this, port, ...others) : listen.call(this, { port: Number(port), host: '127.0.0.1' })
}
