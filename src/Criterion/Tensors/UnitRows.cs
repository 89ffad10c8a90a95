using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion;

/// <summary>Rows of length 1.</summary>
internal static class UnitRows
{
    /// <summary>Divides the vectors along the last dimension by their norms; a vector of zeros is left as it is.</summary>
    public static Tensor Of(Tensor x) => Autograd.Record(
        "unit_rows",
        Composed(x.Detach()),
        [x],
        x,
        [x],
        static (g, x) => Autograd.Enabled
            ? Autograd.Compose([x], () => Composed(x), g)
            : [TensorFormula.RowGradient(default(Projection), x, g)]);

    static Tensor Composed(Tensor x)
    {
        // A norm of 0 is replaced before the division: the gradient of a vector of zeros is then finite, whatever the loss is.
        Tensor norm = x.Norm(-1, keepDim: true);
        return x / norm.MaskedFill(norm.Detach().EqualTo(0), 1);
    }

    /// <summary>x · y / ‖x‖, or x · y where x is 0: its gradient by x is that of the unit row whose gradient is y.</summary>
    readonly struct Projection : IRowFormula
    {
        public static int Arity => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Statistics<T> Terms<T>(T a, T b, T c)
            where T : struct, IReal<T> => Statistics<T>.Of(a * a, a * b);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(Statistics<T> sums, T t)
            where T : struct, IReal<T> => sums.Second / T.Sqrt(T.Select(sums.First <= 0, 1, sums.First));
    }
}
