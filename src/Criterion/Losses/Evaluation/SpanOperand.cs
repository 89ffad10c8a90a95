using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Criterion.Losses;

/// <summary>An input of a loss in memory of the caller, and the memory of the gradient by it.</summary>
/// <param name="values">The values.</param>
/// <param name="shape">Their shape.</param>
/// <param name="gradient">Receives the gradient; empty where it is not needed.</param>
/// <param name="name">The argument that holds the values.</param>
internal readonly ref struct SpanOperand<T>(ReadOnlySpan<T> values, Shape shape, Span<T> gradient, string name)
    where T : unmanaged
{
    public ReadOnlySpan<T> Values { get; } = values;

    public Shape Shape { get; } = shape;

    public Span<T> Gradient { get; } = gradient;

    /// <summary>Whether the loss takes this input.</summary>
    public bool IsGiven => name is not null;

    public bool NeedsGradient => !Gradient.IsEmpty;

    /// <summary>Throws unless the values have the shape and the gradient is as long as they are, or empty.</summary>
    public void Check(string loss)
    {
        if (IsGiven && Values.Length != Shape.Count)
        {
            throw new ShapeException(
                $"{loss}: {name} has {Values.Length} values, but the shape {Shape} has {Shape.Count}. Pass the shape of the values.");
        }

        if (NeedsGradient && Gradient.Length != Values.Length)
        {
            throw new ShapeException(
                $"{loss}: the gradient by {name} has {Gradient.Length} elements, but {name} has {Values.Length}. "
                + "Pass a span of the same length, or an empty one if that gradient is not needed.");
        }
    }

    /// <summary>Throws if a gradient would overwrite values.</summary>
    public void CheckApart<TOther>(string loss, ReadOnlySpan<TOther> others)
        where TOther : unmanaged
    {
        if (Overlap(Gradient, others))
        {
            throw new ArgumentException($"{loss}: the gradient by {name} overlaps other memory of the call. Pass separate memory for it.");
        }
    }

    // MemoryExtensions.Overlaps takes spans of one type, and spans of bytes are limited to 2 GB.
    static unsafe bool Overlap<TOther>(ReadOnlySpan<T> a, ReadOnlySpan<TOther> b)
        where TOther : unmanaged
    {
        nint offset = Unsafe.ByteOffset(
            ref Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(a)), ref Unsafe.As<TOther, byte>(ref MemoryMarshal.GetReference(b)));
        return !a.IsEmpty && !b.IsEmpty
            && ((nuint)offset < (nuint)a.Length * (nuint)sizeof(T) || (nuint)(-offset) < (nuint)b.Length * (nuint)sizeof(TOther));
    }

    /// <summary>Copies the values to a tensor, which requires a gradient if one is needed.</summary>
    public Tensor ToTensor()
    {
        Tensor tensor = Tensor.Copied(Values, Shape);
        if (NeedsGradient)
        {
            tensor.RequiresGrad = true;
        }

        return tensor;
    }
}
