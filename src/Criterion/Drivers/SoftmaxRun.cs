using Criterion.Formulas;

namespace Criterion.Drivers;

/// <summary>What a run over rows of logits reads and writes.</summary>
/// <param name="X">The logits, [rows, length].</param>
/// <param name="Target">What they are compared with.</param>
/// <param name="PerRow">A factor for each row, or null.</param>
/// <param name="Origin">What is subtracted from a row of logits.</param>
/// <param name="Values">Takes the loss of each row, in double precision.</param>
/// <param name="GradientX">Takes the gradient by the logits times the scale, or null.</param>
/// <param name="GradientTarget">Takes the gradient by the target's rows times the scale, or null.</param>
/// <param name="Scale">A factor for the gradients.</param>
internal readonly record struct SoftmaxRun(
    Tensor X, SoftmaxTarget Target, Tensor? PerRow, RowOrigin Origin, Tensor Values, Tensor? GradientX, Tensor? GradientTarget, double Scale);

/// <summary>Scratch memory for one row: each part is padded to whole lanes.</summary>
internal readonly ref struct SoftmaxSheet<S>(Span<S> memory, int padded)
    where S : unmanaged
{
    public const int Parts = 7;

    readonly Span<S> _memory = memory;

    /// <summary>The logits, shifted.</summary>
    public Span<S> X => Part(0);

    /// <summary>Their exponentials.</summary>
    public Span<S> ExpX => Part(1);

    /// <summary>The target row; of logits shifted.</summary>
    public Span<S> Q => Part(2);

    /// <summary>The exponentials of target logits.</summary>
    public Span<S> ExpQ => Part(3);

    /// <summary>The derivatives of the terms.</summary>
    public Span<S> Slopes => Part(4);

    /// <summary>The weights of the classes.</summary>
    public Span<S> Weights => Part(5);

    /// <summary>A lane with 1 where the last one of the row holds elements of it, else 0.</summary>
    public Span<S> Inside => Part(6);

    Span<S> Part(int index) => _memory.Slice(index * padded, padded);
}
