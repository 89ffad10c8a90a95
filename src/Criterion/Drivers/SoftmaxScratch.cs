namespace Criterion.Drivers;

/// <summary>Scratch memory for one row of logits: each part is padded to whole lanes.</summary>
internal readonly ref struct SoftmaxScratch<S>(Span<S> memory, int padded)
    where S : unmanaged
{
    /// <summary>The number of parts.</summary>
    public const int Parts = 6;

    readonly Span<S> _memory = memory;

    /// <summary>The logits, less their origin.</summary>
    public Span<S> X => Part(0);

    /// <summary>The exponentials of <see cref="X"/>.</summary>
    public Span<S> ExpX => Part(1);

    /// <summary>The target row; of logits less the largest.</summary>
    public Span<S> Q => Part(2);

    /// <summary>The exponentials of target logits.</summary>
    public Span<S> ExpQ => Part(3);

    /// <summary>The derivatives of the terms.</summary>
    public Span<S> Slopes => Part(4);

    /// <summary>The weights of the classes.</summary>
    public Span<S> Weights => Part(5);

    Span<S> Part(int index) => _memory.Slice(index * padded, padded);
}
