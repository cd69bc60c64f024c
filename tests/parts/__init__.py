"""Real parts for the tests: each file starts one kind of program on a free port of 127.0.0.1 and ends it by its pid."""
