module muster.dev/provision/pause

go 1.24
