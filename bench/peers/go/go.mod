module goru.bench/peer

go 1.25.5

require github.com/caffeineduck/goru v0.1.6

require (
	github.com/tetratelabs/wazero v1.11.0 // indirect
	golang.org/x/sys v0.38.0 // indirect
)
