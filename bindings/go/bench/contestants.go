package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"path/filepath"

	_ "github.com/mutecomm/go-sqlcipher/v4"

	"github.com/strongroom/strongroom/bindings/go"
)

const (
	secrets  = 1000
	valueLen = 64
)

var paths = func() []string {
	all := make([]string, secrets)
	for number := range all {
		all[number] = fmt.Sprintf("team/service/key-%04d", number)
	}
	return all
}()

// pathOf goes through the secrets in no order that a cache could guess.
func pathOf(turn int) string { return paths[turn*7%secrets] }

// contestant does something once.
type contestant struct {
	name string
	do   func(turn int) error
}

// arena is the same secrets in a store and in a database.
type arena struct {
	store    *strongroom.Store
	database *sql.DB
	get      *sql.Stmt
	put      *sql.Stmt
	value    []byte
	buffer   []byte
	written  uint64
}

func newArena(folder string) (*arena, error) {
	key := make([]byte, 32)
	made := &arena{value: make([]byte, valueLen), buffer: make([]byte, valueLen)}
	for _, bytes := range [][]byte{key, made.value} {
		if _, err := rand.Read(bytes); err != nil {
			return nil, err
		}
	}
	var err error
	if made.store, err = strongroom.Create(filepath.Join(folder, "bench.strongroom"), strongroom.WithRawKey(key)); err != nil {
		return nil, err
	}
	if err = made.openDatabase(folder, key); err != nil {
		return nil, err
	}
	return made, made.fill()
}

// openDatabase opens SQLCipher with a raw key, and as durable as the store: with a write-ahead log that is synced at each commit. One
// connection, as a pool would open others without the statements.
func (a *arena) openDatabase(folder string, key []byte) (err error) {
	name := fmt.Sprintf("file:%s?_pragma_key=x'%s'&_journal_mode=WAL&_synchronous=FULL",
		filepath.Join(folder, "bench.db"), hex.EncodeToString(key))
	if a.database, err = sql.Open("sqlite3", name); err != nil {
		return err
	}
	a.database.SetMaxOpenConns(1)
	if _, err = a.database.Exec("create table secret (path text primary key, value blob) without rowid"); err != nil {
		return err
	}
	if a.get, err = a.database.Prepare("select value from secret where path = ?"); err != nil {
		return err
	}
	a.put, err = a.database.Prepare("insert or replace into secret values (?, ?)")
	return err
}

func (a *arena) fill() error {
	err := a.store.Transaction(func(tx *strongroom.Tx) error {
		for turn := range secrets {
			if _, err := tx.Put(pathOf(turn), a.value); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	rows, err := a.database.BeginTx(context.Background(), nil)
	if err != nil {
		return err
	}
	for turn := range secrets {
		if _, err := rows.Stmt(a.put).Exec(pathOf(turn), a.value); err != nil {
			return err
		}
	}
	return rows.Commit()
}

func (a *arena) close() error {
	if err := a.database.Close(); err != nil {
		return err
	}
	return a.store.Close()
}

// readers read 64 bytes. The first is what the others are compared with.
func (a *arena) readers() []contestant {
	return []contestant{
		{"strongroom GetInto", func(turn int) error {
			_, err := a.store.GetInto(pathOf(turn), a.buffer)
			return err
		}},
		{"strongroom Get, View, Wipe", func(turn int) error {
			secret, err := a.store.Get(pathOf(turn))
			if err != nil {
				return err
			}
			defer secret.Wipe()
			return secret.View(func([]byte) error { return nil })
		}},
		{"strongroom Get, Bytes, Wipe", func(turn int) error {
			secret, err := a.store.Get(pathOf(turn))
			if err != nil {
				return err
			}
			defer secret.Wipe()
			a.buffer[0] = secret.Bytes()[0]
			return nil
		}},
		{"SQLCipher select", func(turn int) error {
			var value []byte
			return a.get.QueryRow(pathOf(turn)).Scan(&value)
		}},
	}
}

// next is another value than the last one: SQLite writes nothing where a row stays as it is.
func (a *arena) next() []byte {
	a.written++
	binary.LittleEndian.PutUint64(a.value, a.written)
	return a.value
}

// writers write 64 bytes, durable when they return.
func (a *arena) writers() []contestant {
	return []contestant{
		{"strongroom Put", func(turn int) error {
			_, err := a.store.Put(pathOf(turn), a.next())
			return err
		}},
		{"SQLCipher replace", func(turn int) error {
			_, err := a.put.Exec(pathOf(turn), a.next())
			return err
		}},
	}
}
