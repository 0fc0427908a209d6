"""`./run bench trays`: a tray of 10,000 open items, case page, search and customer page; nothing is written.

One advisor without a pause, and twenty who think five seconds, against granian over loopback; the
database is made once and kept (bench/_volume.py). The floor is the sign-in page of the same server.
"""

from bench._desk import main

if __name__ == "__main__":
    main("trays", steps=False)
