package main

import (
	"context"
	"errors"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// grace is how long a child may take to end after SIGTERM before it is killed. The engine gives
// this process five seconds in all.
const grace = 3 * time.Second

// family is every process this host has started and not yet seen end.
type family struct {
	members sync.WaitGroup
}

func newFamily() *family { return &family{} }

// wait returns when all members have ended, or after the time given.
func (f *family) wait(atMost time.Duration) {
	done := make(chan struct{})
	go func() { f.members.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(atMost):
	}
}

// run starts a command in a process group of its own and waits for it with the given function
// (cmd.Wait when nil). When the context ends, the whole group is asked to end, then killed.
func (f *family) run(ctx context.Context, cmd *exec.Cmd, wait func(*exec.Cmd) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if wait == nil {
		wait = (*exec.Cmd).Wait
	}
	// A grandchild that keeps our pipe open must not keep us waiting for the end of its output.
	cmd.WaitDelay = 2 * time.Second
	cmd.SysProcAttr = childAttributes()

	f.members.Add(1)
	ended := make(chan error, 1)
	started := make(chan error, 1)
	go func() {
		defer f.members.Done()
		// On Linux the kernel kills the child when the thread that started it ends, so this
		// thread must stay while the child lives.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := cmd.Start(); err != nil {
			started <- err
			return
		}
		started <- nil
		ended <- wait(cmd)
	}()
	if err := <-started; err != nil {
		return err
	}

	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	group := -cmd.Process.Pid
	_ = syscall.Kill(group, syscall.SIGTERM)
	select {
	case <-ended:
	case <-time.After(grace):
	}
	// Whatever of the group outlived its leader goes too.
	_ = syscall.Kill(group, syscall.SIGKILL)
	return ctx.Err()
}

// exitCode is the code a finished command ended with; a signal counts as 128 plus its number, as in
// a shell. The second value is false when the error is not about how the command ended.
func exitCode(err error) (int, bool) {
	if err == nil || errors.Is(err, exec.ErrWaitDelay) {
		return 0, true
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return 0, false
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal()), true
	}
	return exit.ExitCode(), true
}
