namespace Criterion.Tests.Fuzz;

/// <summary>How the arguments of one and the same call are realised.</summary>
/// <param name="Threads">Threads that share the work.</param>
/// <param name="IsPlain">Whether every tensor is contiguous, in memory of its own.</param>
/// <param name="IsDouble">Whether floats are Float64 throughout.</param>
sealed record FuzzMode(int Threads = 1, bool IsPlain = false, bool IsDouble = false);
