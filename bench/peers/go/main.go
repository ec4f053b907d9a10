// The worker of goru's Go module for run.py (protocol: see there).
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/caffeineduck/goru/executor"
	"github.com/caffeineduck/goru/hostfunc"
	"github.com/caffeineduck/goru/language/javascript"
	"github.com/caffeineduck/goru/language/python"
)

type job struct {
	Job          string `json:"job"`
	Language     string `json:"language"`
	Code         string `json:"code"`
	Calls        int    `json:"calls"`
	Samples      int    `json:"samples"`
	Milliseconds int    `json:"milliseconds"`
}

type worker struct {
	executor *executor.Executor
	sessions map[string]*executor.Session
}

func (w *worker) run(session *executor.Session, code string) (float64, error) {
	start := time.Now()
	result := session.Run(context.Background(), code)
	return float64(time.Since(start).Nanoseconds()) / 1e3, result.Error
}

// kept returns the language's session that stays open.
func (w *worker) kept(language executor.Language) (*executor.Session, error) {
	if session := w.sessions[language.Name()]; session != nil {
		return session, nil
	}
	session, err := w.executor.NewSession(language)
	if err == nil {
		w.sessions[language.Name()] = session
	}
	return session, err
}

func (w *worker) once(language executor.Language, j job) (float64, error) {
	switch j.Job {
	case "fresh":
		start := time.Now()
		result := w.executor.Run(context.Background(), language, j.Code)
		return float64(time.Since(start).Nanoseconds()) / 1e3, result.Error
	case "session":
		session, err := w.kept(language)
		if err != nil {
			return 0, err
		}
		return w.run(session, j.Code)
	case "compute":
		session, err := w.executor.NewSession(language)
		if err != nil {
			return 0, err
		}
		defer session.Close()
		return w.run(session, j.Code)
	case "call":
		session, err := w.kept(language)
		if err != nil {
			return 0, err
		}
		with, without := "for i in range(%d): call('lookup', key='user:1')", "for i in range(%d): pass"
		if language.Name() == "javascript" {
			with, without = "for (let i = 0; i < %d; i++) call('lookup', {key: 'user:1'});", "for (let i = 0; i < %d; i++);"
		}
		base, err := w.run(session, fmt.Sprintf(without, j.Calls))
		if err != nil {
			return 0, err
		}
		full, err := w.run(session, fmt.Sprintf(with, j.Calls))
		return (full - base) / float64(j.Calls), err
	}
	return 0, fmt.Errorf("unknown job")
}

func (w *worker) do(j job) ([]float64, error) {
	var language executor.Language = python.New()
	if j.Language == "javascript" {
		language = javascript.New()
	}
	// run.py puts an empty file in the place of a runtime that it does not have.
	if len(language.Module()) < 1024 {
		return nil, fmt.Errorf("its %s runtime is not available", j.Language)
	}
	stop := time.Now().Add(time.Duration(j.Milliseconds) * time.Millisecond)
	var times []float64
	for len(times) < j.Samples && (len(times) == 0 || time.Now().Before(stop)) {
		t, err := w.once(language, j)
		if err != nil {
			return nil, err
		}
		times = append(times, t)
	}
	return times, nil
}

func answer(value any) {
	text, _ := json.Marshal(value)
	fmt.Println(string(text))
}

func main() {
	registry := hostfunc.NewRegistry()
	registry.Register("lookup", func(_ context.Context, args map[string]any) (any, error) {
		return map[string]any{"key": args["key"], "name": "Ada", "visits": 3}, nil
	})
	// Compiled code in a cache of the benchmark's own.
	exec, err := executor.New(registry, executor.WithDiskCache(os.Args[1]))
	if err != nil {
		answer(map[string]string{"error": err.Error()})
		os.Exit(1)
	}
	w := &worker{executor: exec, sessions: map[string]*executor.Session{}}
	answer(map[string]string{"ready": "v0.1.6"})
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<20)
	for lines.Scan() {
		var j job
		err := json.Unmarshal(lines.Bytes(), &j)
		var times []float64
		if err == nil {
			times, err = w.do(j)
		}
		if err != nil {
			answer(map[string]string{"error": err.Error()})
			continue
		}
		answer(map[string]any{"us": times})
	}
}
