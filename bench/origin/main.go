package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("origin: ")
	address := flag.String("listen", "127.0.0.1:0", "where to listen; port 0 picks a free one")
	flag.Parse()
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr())
	log.Fatal(http.Serve(listener, &site{}))
}
