using Criterion.Memory;

namespace Criterion.Drivers;

/// <summary>Memory from the pool for the duration of one call.</summary>
/// <param name="type">Int64, Float32 or Float64.</param>
/// <param name="count">The number of elements.</param>
internal readonly ref struct Scratch(DType type, int count) : IDisposable
{
    readonly Storage _storage = type switch
    {
        DType.Int64 => Storage<long>.FromPool(count),
        DType.Float32 => Storage<float>.FromPool(count),
        _ => Storage<double>.FromPool(count),
    };

    public Elements Elements => new(_storage, 0, count);

    /// <summary>Writes a number to all elements.</summary>
    public void Fill(double value)
    {
        if (type == DType.Float32)
        {
            Elements.Span<float>().Fill((float)value);
        }
        else
        {
            Elements.Span<double>().Fill(value);
        }
    }

    /// <summary>Returns the memory to the pool.</summary>
    public void Dispose() => _storage.Release(ReleaseCause.ScopeEnded);
}
