namespace Criterion.Tests.Fuzz;

/// <summary>Tests under red zones, which hold for the whole process: they run alone.</summary>
[CollectionDefinition(nameof(FuzzCollection), DisableParallelization = true)]
public class FuzzCollection;
