using System.Globalization;
using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>Checks of the values of tensors, each in one pass over memory. An error names the first invalid element.</summary>
internal static class ValueChecks
{
    /// <summary>Throws if a value lies outside [low, high]. NaN passes, so that it shows in the result.</summary>
    /// <param name="owner">The loss or metric that the error names.</param>
    /// <param name="values">The values.</param>
    /// <param name="low">The lower bound.</param>
    /// <param name="high">The upper bound.</param>
    /// <param name="requirement">What follows "must be" in the error.</param>
    /// <param name="fix">How to fix it: a sentence, or nothing.</param>
    /// <param name="name">The argument that holds the values.</param>
    public static void InRange(string owner, Tensor values, double low, double high, string requirement, string fix, string name)
    {
        ArgumentNullException.ThrowIfNull(values, name);
        Check(owner, new IsOutside(low, high), values, requirement, fix, name);
    }

    /// <summary>Throws if a target of two classes is neither 1 nor −1; NaN throws too.</summary>
    public static void AreSigns(string owner, Tensor target, string requirement, string fix = "") =>
        Check(owner, default(IsNotSign), target, requirement, fix, nameof(target));

    /// <summary>Throws if a target of two classes is not 1, 0 or −1; NaN throws too.</summary>
    public static void AreSignsOrZero(string owner, Tensor target, string requirement) =>
        Check(owner, default(IsNotSignOrZero), target, requirement, "", nameof(target));

    /// <summary>Returns the indices of classes, or throws if they are not of Int64.</summary>
    public static long[] ClassIndices(string owner, Tensor classes, string name) => classes.DType == DType.Int64
        ? classes.ToArray<long>()
        : throw new DTypeException(
            $"{owner}: {name} must hold class indices of type Int64, but is {classes.DType}. Use {name}.To(DType.Int64).");

    static void Check<TFormula>(string owner, TFormula isInvalid, Tensor values, string requirement, string fix, string name)
        where TFormula : struct, IUnaryFormula
    {
        ArgumentNullException.ThrowIfNull(values, name);
        if (values.Count == 0 || TensorFormula.Total(isInvalid, values) == 0)
        {
            return;
        }

        ThrowFirst(owner, isInvalid, values, requirement, fix, name);
    }

    // In a method of its own, because its lambda would be allocated for every check.
    static void ThrowFirst<TFormula>(string owner, TFormula isInvalid, Tensor values, string requirement, string fix, string name)
        where TFormula : struct, IUnaryFormula
    {
        double[] all = values.Detach().To(DType.Float64).ToArray<double>();
        int first = Array.FindIndex(all, value => isInvalid.Value<Real>(value).Value != 0);
        throw new LossException(string.Create(
            CultureInfo.InvariantCulture,
            $"{owner}: {name} must be {requirement}, but element {first} is {all[first]}.{(fix.Length > 0 ? " " + fix : "")}"));
    }

    /// <summary>Returns 0 for 1 and −1, and 1 otherwise.</summary>
    readonly struct IsNotSign : IUnaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x)
            where T : struct, IReal<T> => T.Select(T.Equal(T.Abs(x), T.One), 0, 1);
    }

    /// <summary>Returns 0 for 1, 0 and −1, and 1 otherwise.</summary>
    readonly struct IsNotSignOrZero : IUnaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x)
            where T : struct, IReal<T> =>
            T.Select(T.Equal(x, T.Zero), 0, default(IsNotSign).Value(x));
    }
}
