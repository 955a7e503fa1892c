/** What a test before may have left otherwise, since files share a process: whatever unlocks sets it to 077. */
process.umask(0o022);
