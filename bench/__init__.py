"""`make bench`: what this site costs on this machine, measured on a throwaway set-up of its own.

Everything runs on 127.0.0.1, with a fixed number of requests, and stops by itself."""
