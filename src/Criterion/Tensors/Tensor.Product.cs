using System.Numerics;
using Criterion.Kernels;

namespace Criterion;

/// <content>Products along dimensions. Their gradients divide by nothing, so that they are right where elements are 0.</content>
public sealed partial class Tensor
{
    /// <summary>
    /// Multiplies over the given dimensions; 1 where there are no elements. Float32 is accumulated in double precision; UInt8 and Bool give
    /// Int64.
    /// </summary>
    /// <param name="dims">The dimensions to reduce; negative dims count from the end. Default: all.</param>
    /// <param name="keepDim">Whether the reduced dimensions are kept, with size 1. Default: false.</param>
    /// <exception cref="ShapeException">A dimension does not exist or is named twice.</exception>
    public Tensor Prod(ReadOnlySpan<int> dims = default, bool keepDim = false)
    {
        ReducedDims to = new(Shape, dims, nameof(Prod));
        (Tensor rows, Shape kept) = Countable().RowsOf(to);
        Tensor product = to.Count == 0 ? Ones(kept, rows.DType) : rows.CumProd(-1).Narrow(-1, to.Count - 1, 1);
        return product.Reshape(to.Result(keepDim));
    }

    /// <summary>Multiplies along one dimension.</summary>
    /// <inheritdoc cref="Prod(ReadOnlySpan{int}, bool)"/>
    public Tensor Prod(int dim, bool keepDim = false) => Prod([dim], keepDim);

    /// <summary>
    /// Computes the cumulative product along a dimension. Float32 is accumulated in double precision; UInt8 and Bool give Int64.
    /// </summary>
    /// <param name="dim">The dimension; negative dims count from the end.</param>
    /// <exception cref="ShapeException">The dimension does not exist.</exception>
    public Tensor CumProd(int dim)
    {
        int at = Shape.Dim(dim);
        Tensor x = Countable();
        if (Shape[at] == 0)
        {
            return x.Clone();
        }

        // y₀ = x₀ and yₖ = xₖ yₖ₋₁.
        Tensor start = Cat([x.Narrow(at, 0, 1), Zeros(Shape.With(at, Shape[at] - 1), x.DType)], at);
        return Recurrence(nameof(CumProd), x, start, at);
    }

    /// <summary>
    /// Computes y₀ = b₀, yₖ = aₖ yₖ₋₁ + bₖ along a dimension. Its gradient is the same recurrence backwards, so that any order exists.
    /// </summary>
    static Tensor Recurrence(string operation, Tensor a, Tensor b, int dim)
    {
        Tensor result = Empty(a.Shape, a.DType);
        a.DType.RunNumbers(new LinearRecurrence(a.Contiguous(), b.Contiguous(), dim, result));
        return Autograd.Record(
            operation,
            result,
            [a, result],
            (A: a, Y: result, Dim: dim),
            [a, b],
            static (g, of) => RecurrenceGradients(g, of.A, of.Y, of.Dim));
    }

    static Tensor[] RecurrenceGradients(Tensor g, Tensor a, Tensor y, int dim)
    {
        // tₖ = gₖ + aₖ₊₁ tₖ₊₁, from the end.
        int last = a.Shape[dim] - 1;
        Tensor edge = Zeros(a.Shape.With(dim, 1), a.DType);
        Tensor next = Cat([a.Narrow(dim, 1, last), edge], dim);
        Tensor t = Recurrence("recurrence", next.Flip(dim), g.Flip(dim), dim).Flip(dim);
        return [Cat([edge, t.Narrow(dim, 1, last) * y.Narrow(dim, 0, last)], dim), t];
    }

    readonly struct LinearRecurrence(Tensor a, Tensor b, int dim, Tensor result) : INumberTask
    {
        public void Run<T>()
            where T : unmanaged, INumber<T>
        {
            AxisLayout layout = AxisLayout.Of(a.Shape, dim);
            if (typeof(T) == typeof(float))
            {
                Ordering.Recurrence<float, double>(
                    a.Memory<float>().Span, b.Memory<float>().Span, layout, result.Memory<float>().Span);
            }
            else
            {
                Ordering.Recurrence<T, T>(a.Memory<T>().Span, b.Memory<T>().Span, layout, result.Memory<T>().Span);
            }
        }
    }
}
