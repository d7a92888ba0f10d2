package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	sdk "github.com/pulumi/pulumi/sdk/v3"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// RunPlugin runs a provider or a policy pack written for node and streams what it prints, the port
// it serves on first, until it ends or the engine is done with it.
func (h *languageHost) RunPlugin(
	req *pulumirpc.RunPluginRequest, server pulumirpc.LanguageRuntime_RunPluginServer,
) error {
	ctx, cancel := h.until(server.Context())
	defer cancel()

	options, err := readOptions(req.GetInfo().GetOptions())
	if err != nil {
		return status.Error(codes.InvalidArgument, err.Error())
	}
	closer, stdout, stderr, err := rpcutil.MakeRunPluginStreams(server, false)
	if err != nil {
		return err
	}
	defer closer.Close()

	if req.GetKind() == "analyzer" {
		err = h.runPolicyPack(ctx, req, options, stdout, stderr)
	} else {
		err = h.runProvider(ctx, req, options, stdout, stderr)
	}
	if ctx.Err() != nil {
		return status.FromContextError(ctx.Err()).Err()
	}
	code, ended := exitCode(err)
	if !ended {
		return status.Errorf(codes.Internal, "plugin %s: %v", programFolder(req.GetInfo(), req.GetPwd()), err)
	}
	return server.Send(&pulumirpc.RunPluginResponse{
		Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: int32(code)},
	})
}

func (h *languageHost) runProvider(
	ctx context.Context, req *pulumirpc.RunPluginRequest, options runtimeOptions, stdout, stderr io.Writer,
) error {
	folder := programFolder(req.GetInfo(), req.GetPwd())
	args, err := startArguments(options, "run-plugin", folder, folder)
	if err != nil {
		return err
	}
	cmd := exec.Command("node", append(args, req.GetArgs()...)...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = req.GetPwd(), req.GetEnv(), stdout, stderr
	// Held open while the plugin lives: the end of its input tells it that the engine is gone, as
	// for plugins that the engine starts itself.
	if _, err := cmd.StdinPipe(); err != nil {
		return err
	}
	return h.family.run(ctx, cmd, nil)
}

// runPolicyPack waits for the stack's configuration before it starts the pack, which reads it from
// its environment; the proxy stands in for the pack until then.
func (h *languageHost) runPolicyPack(
	ctx context.Context, req *pulumirpc.RunPluginRequest, options runtimeOptions, stdout, stderr io.Writer,
) error {
	folder := programFolder(req.GetInfo(), req.GetPwd())
	engine := h.engine
	if args := req.GetArgs(); len(args) > 0 {
		engine = args[len(args)-1]
	}
	args, err := startArguments(options, "run-policy-pack", folder, engine, folder)
	if err != nil {
		return err
	}
	proxy, packOutput, err := sdk.NewPolicyProxy(ctx, stdout)
	if err != nil {
		return err
	}
	configuration, err := proxy.AwaitConfiguration(ctx)
	if err != nil {
		return err
	}
	environment, err := packEnvironment(req.GetEnv(), configuration)
	if err != nil {
		return err
	}
	cmd := exec.Command("node", args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = folder, environment, packOutput, stderr
	if _, err := cmd.StdinPipe(); err != nil {
		return err
	}
	return h.family.run(ctx, cmd, func(started *exec.Cmd) error { return proxy.Attach(ctx, started) })
}

// startArguments puts node's command line together. With ts-node switched off the plugin's own entry
// point is started directly: the loader in nodeargs does the rest, and loading the TypeScript
// compiler, which the SDK's starter always does, is spared.
func startArguments(options runtimeOptions, starter, folder string, starterArgs ...string) ([]string, error) {
	args := append([]string{}, options.nodeargs...)
	if !options.typescript {
		entry, err := entryPoint(folder)
		if err != nil {
			return nil, err
		}
		return append(args, entry), nil
	}
	script, err := findScript(folder, starter)
	if err != nil {
		return nil, err
	}
	return append(append(args, script), starterArgs...), nil
}

func packEnvironment(environment []string, configuration *pulumirpc.AnalyzerStackConfigureRequest) ([]string, error) {
	if configuration == nil {
		return environment, nil
	}
	config, err := json.Marshal(nonNil(configuration.GetConfig()))
	if err != nil {
		return nil, err
	}
	keys := configuration.GetConfigSecretKeys()
	if keys == nil {
		keys = []string{}
	}
	secretKeys, err := json.Marshal(keys)
	if err != nil {
		return nil, err
	}
	result := append(append([]string{}, environment...),
		"PULUMI_CONFIG="+string(config), "PULUMI_CONFIG_SECRET_KEYS="+string(secretKeys))
	for name, value := range map[string]string{
		"ORGANIZATION": configuration.GetOrganization(),
		"PROJECT":      configuration.GetProject(),
		"STACK":        configuration.GetStack(),
		"DRY_RUN":      strconv.FormatBool(configuration.GetDryRun()),
	} {
		result = append(result, "PULUMI_NODEJS_"+name+"="+value, "PULUMI_"+name+"="+value)
	}
	return result, nil
}

// runDynamicProvider serves the providers that programs define in themselves.
func runDynamicProvider(ctx context.Context, family *family, engine string) int {
	here, err := os.Getwd()
	if err != nil {
		fail(err.Error())
	}
	script, err := findScript(here, "dynamic-provider")
	if err != nil {
		fail(err.Error())
	}
	cmd := exec.Command("node", script, engine)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Dir = filepath.Clean(here)
	err = family.run(ctx, cmd, nil)
	code, ended := exitCode(err)
	if !ended && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}
