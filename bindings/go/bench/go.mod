module github.com/strongroom/strongroom/bindings/go/bench

go 1.24

require (
	github.com/mutecomm/go-sqlcipher/v4 v4.4.2
	github.com/strongroom/strongroom/bindings/go v0.0.0
)

replace github.com/strongroom/strongroom/bindings/go => ../
