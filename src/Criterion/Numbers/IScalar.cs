namespace Criterion.Numbers;

/// <summary>A single number with a nearest double: drivers evaluate a formula on it element by element.</summary>
/// <typeparam name="TSelf">The number.</typeparam>
internal interface IScalar<TSelf> : IReal<TSelf>
    where TSelf : struct, IScalar<TSelf>
{
    /// <summary>The nearest double.</summary>
    double Value { get; }
}
