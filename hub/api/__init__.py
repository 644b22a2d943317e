"""The HTTP API and the phones' stream.

`server` opens the port, `gate` decides what may come in, `operations` turns a function into a
documented route, `views` shows what the core holds, `journal` numbers changes for the `stream`.
"""
