using Xunit.v3;

// They wait for pods, most of the time: more of them than there are processors run at a time.
[assembly: Parallelization(MaxThreads = 6)]
