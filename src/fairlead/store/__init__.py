"""The only room that touches the database and the log files; append only. Import the module you need by name."""
