namespace Criterion.Numbers;

/// <summary>A single number that a double can be read from: what drivers run a formula on element by element.</summary>
/// <typeparam name="TSelf">The number.</typeparam>
internal interface IScalar<TSelf> : IReal<TSelf>
    where TSelf : struct, IScalar<TSelf>
{
    /// <summary>The nearest double.</summary>
    double Value { get; }
}
