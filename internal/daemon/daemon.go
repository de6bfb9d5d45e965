package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"lacquer/edge"
	"lacquer/internal/accesslog"
	"lacquer/internal/certificates"
	"lacquer/proxy"
	"lacquer/purge"
	"lacquer/storage"
)

// DrainTime is how long Stop lets transactions go on.
const DrainTime = 30 * time.Second

// adminDrainTime is how long answers to those who administer may go on after that.
const adminDrainTime = 2 * time.Second

// Daemon is a Lacquer that runs. Its methods may be called from any goroutine.
type Daemon struct {
	server       *edge.Server
	listeners    []net.Listener
	certificates *certificates.Set // nil without https
	addresses    []string
	failed       chan error
	serving      sync.WaitGroup // one for each listener
	closers      []func() error // what was opened, to be closed from the last to the first
	stop         func(context.Context) error

	host      Host
	started   *Config // the one that listeners and memory are from
	way       *proxy.Server
	live      releases
	reloading sync.Mutex // one reload or rollback at a time

	administration administration
	draining       atomic.Bool
}

// Start assembles everything and accepts connections when it returns. If a step fails, what earlier ones opened is closed
// again. It reads no file but those that the configuration names for it, writes beneath host.State alone, and touches no signals.
func Start(cfg *Config, host Host) (*Daemon, error) {
	d := &Daemon{failed: make(chan error, len(cfg.Listen)+1), host: host.withDefaults(), started: cfg}
	d.stop = onceValue(d.shutdown)
	if err := d.assemble(cfg, d.host); err != nil {
		return nil, errors.Join(err, d.closeAll())
	}
	for _, l := range d.listeners {
		d.serving.Go(func() {
			if err := d.server.Serve(l); err != nil {
				d.failed <- fmt.Errorf("listen on %s: %w", l.Addr(), err)
			}
		})
	}
	d.serveAdministration()
	if d.certificates != nil {
		d.certificates.Begin()
	}
	return d, nil
}

// assemble opens what is needed in the order in which one needs the other.
func (d *Daemon) assemble(cfg *Config, host Host) error {
	host = d.observe(cfg, host)
	access, err := d.openAccessLog(cfg.AccessLog, host)
	if err != nil {
		return err
	}
	d.closeLater(d.live.close)
	first, err := d.release(cfg, "start")
	if err != nil {
		return err
	}

	purges := purge.NewLog()
	alarm := &variantAlarm{log: host.Log, most: cfg.Cache.MaxVariants}
	store, err := storage.New(storage.Options{
		Memory: storeMemory(cfg.Cache.Memory), MaxObject: cfg.Cache.MaxObject, MaxVariants: cfg.Cache.MaxVariants, OnVariantsFull: alarm.ring,
		Purges: purges,
	})
	if err != nil {
		return err
	}
	d.closeLater(func() error { store.Close(); return nil })

	d.way = proxy.New(proxy.Options{Store: store, Purges: purges, Site: d.live.install(first), Log: host.Log})
	d.closeLater(func() error { d.way.Close(); return nil })

	d.server = &edge.Server{
		Handler: d.way,
		Trusted: cfg.TrustedProxies,
		Limits:  cfg.Limits.edge(),
		Log:     host.Log,
		Access:  access,
	}
	if err := d.listen(cfg, host); err != nil {
		return err
	}
	return d.openAdministration(cfg, host, &house{Daemon: d, store: store, purges: purges, way: d.way})
}

// openAccessLog returns what takes the entry of each transaction; nil if nobody wants them.
func (d *Daemon) openAccessLog(to AccessLog, host Host) (func(*edge.Entry), error) {
	w, closeWriter, err := host.accessLog(to.To)
	if w == nil || err != nil {
		return host.Watch, err
	}
	d.closeLater(closeWriter)
	log := accesslog.New(accesslog.Options{Writer: w, Format: to.Format, Failed: func(err error) {
		host.Log.Warn("lines of the access log are being lost", "to", to.To, "error", err)
	}})
	d.closeLater(func() error {
		log.Close()
		if lost := log.Dropped(); lost > 0 {
			host.Log.Warn("lines of the access log were lost", "lines", lost, "to", to.To)
		}
		return nil
	})
	if host.Watch == nil {
		return log.Write, nil
	}
	return func(e *edge.Entry) {
		log.Write(e)
		host.Watch(e)
	}, nil
}

// listen opens all listeners before any of them is served, so that a port in use stops the start and not the running.
func (d *Daemon) listen(cfg *Config, host Host) error {
	for _, text := range cfg.Listen {
		address, err := edge.Parse(text)
		if err != nil {
			return err
		}
		l, err := address.Open(host.Listen, cfg.TrustedProxies)
		if err != nil {
			return notListening(text, err)
		}
		d.closeLater(func() error { return closeListener(l) })
		d.listeners = append(d.listeners, l)
		d.addresses = append(d.addresses, listenedOn(address, l.Addr()))
	}
	return d.secure(cfg, host)
}

// closeListener closes a listener that the server may have closed already.
func closeListener(l net.Listener) error {
	if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

func listenedOn(address edge.Address, real net.Addr) string {
	switch {
	case address.Network == "unix":
		return "unix:" + real.String()
	case address.PROXY || address.TLS:
		address.Location = real.String()
		return address.String()
	}
	return real.String()
}

// notListening says in a user's words why an address cannot be listened on.
func notListening(address string, err error) error {
	advice := "choose another by listen or --listen"
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("cannot listen on %s: the address is in use; stop what listens there, or %s", address, advice)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("cannot listen on %s: permission denied; ports below 1024 need CAP_NET_BIND_SERVICE, so grant it, or %s", address, advice)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("cannot listen on %s: the machine has no such address; %s", address, advice)
	}
	return err
}

// Addresses returns where connections are accepted, in the order of the configuration: host:port with the port that was really
// taken, before it https://, proxy+http:// or proxy+https:// where that is spoken, or unix: and a path.
func (d *Daemon) Addresses() []string { return slices.Clone(d.addresses) }

// Failed delivers the error of a listener that ended by itself. The others go on until Stop.
func (d *Daemon) Failed() <-chan error { return d.failed }

// Stop accepts no more, lets the transactions under way end, for at most DrainTime or until ctx is done, closes the connections
// that are then left, and closes everything. Further calls wait for the first and return what it did.
func (d *Daemon) Stop(ctx context.Context) error { return d.stop(ctx) }

func (d *Daemon) shutdown(ctx context.Context) error {
	d.draining.Store(true)
	ctx, cancel := context.WithTimeout(ctx, DrainTime)
	defer cancel()
	err := d.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		err = nil // they were cut, as was asked for
	}
	d.serving.Wait()
	return errors.Join(err, d.closeAll())
}

func (d *Daemon) closeLater(f func() error) { d.closers = append(d.closers, f) }

func (d *Daemon) closeAll() error {
	var errs []error
	for _, f := range slices.Backward(d.closers) {
		errs = append(errs, f())
	}
	d.closers = nil
	return errors.Join(errs...)
}

// onceValue returns a function that calls f at the first call only, and then always returns what it returned.
func onceValue(f func(context.Context) error) func(context.Context) error {
	var once sync.Once
	var err error
	return func(ctx context.Context) error {
		once.Do(func() { err = f(ctx) })
		return err
	}
}

func (l Limits) edge() edge.Limits {
	return edge.Limits{
		Header:     int(l.Header),
		Body:       int64(l.Body),
		HeaderTime: l.HeaderTime,
		IdleTime:   l.IdleTime,
		BodyTime:   l.BodyTime,
		WriteTime:  l.SendTime,
	}
}
