-- A file is found by its name: its address, which stood in the index before, says nothing that anybody would look for.
INSERT OR IGNORE INTO words_again (message) SELECT message FROM message_file;
