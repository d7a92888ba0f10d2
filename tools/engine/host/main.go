// The Node language host of Greenlight: the part of Pulumi that starts Node programs, policy packs and
// plugins for the engine. The official one is not published as a Go module; this one serves the same
// LanguageRuntime protocol for what running a stack needs, and refuses code generation.
//
// The same executable, under the name pulumi-resource-pulumi-nodejs, runs dynamic providers.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

const dynamicProviderName = "pulumi-resource-pulumi-nodejs"

func main() {
	// The engine hands these to every plugin; only tracing is passed on.
	flags := flag.NewFlagSet(os.Args[0], flag.ExitOnError)
	tracing := flags.String("tracing", "", "address to which traces are sent")
	flags.Bool("logtostderr", false, "accepted, not used")
	flags.Int("v", 0, "accepted, not used")
	if err := flags.Parse(os.Args[1:]); err != nil {
		fail(err.Error())
	}
	if flags.NArg() == 0 {
		fail("this program is started by the pulumi engine, which gives its address as the only argument")
	}
	engine := flags.Arg(flags.NArg() - 1)

	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer cancel()
	watchEngine(ctx, cancel, engine)

	family := newFamily()
	if strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe") == dynamicProviderName {
		os.Exit(runDynamicProvider(ctx, family, engine))
	}

	stop := make(chan bool)
	host := &languageHost{engine: engine, tracing: *tracing, family: family, closing: ctx}
	served, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: stop,
		Init: func(srv *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(srv, host)
			return nil
		},
	})
	if err != nil {
		fail(err.Error())
	}
	fmt.Printf("%d\n", served.Port)

	select {
	case <-ctx.Done():
	case err := <-served.Done:
		if err != nil {
			fail(err.Error())
		}
	}
	cancel()
	family.wait(grace + 2*time.Second)
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, "pulumi-language-nodejs (greenlight): "+message)
	os.Exit(1)
}

// watchEngine cancels as soon as the engine is gone, however it went: a killed engine tells nobody.
// The parent's id tells it within a quarter of a second; the engine's health service also covers an
// engine that died before this process looked, and one that is not the parent.
func watchEngine(ctx context.Context, cancel context.CancelFunc, engine string) {
	parent := os.Getppid()
	go func() {
		ticker := time.NewTicker(250 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				if os.Getppid() != parent {
					cancel()
					return
				}
			}
		}
	}()
	if strings.Contains(engine, ":") {
		// An address that cannot be dialled is an engine that cannot be watched; the parent still is.
		_ = rpcutil.Healthcheck(ctx, engine, time.Second, cancel)
	}
}
