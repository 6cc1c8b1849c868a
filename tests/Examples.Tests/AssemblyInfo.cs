using Xunit.Sdk;
using Xunit.v3;

// Each of these tests puts a machine to work by itself; together they would measure one another.
[assembly: Parallelization(Mode = ParallelMode.None)]
