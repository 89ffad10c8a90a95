using System.Runtime.CompilerServices;
using Criterion.Formulas;

namespace Criterion.Optim;

/// <summary>Keeps gradients from growing too large, between <c>Backward</c> and <c>Step</c>.</summary>
public static class GradientClip
{
    // As PyTorch: gradients of norm 0 are not divided by 0.
    const double Least = 1e-6;

    /// <summary>Scales all gradients by one factor where their norm, taken as one vector, is above a limit.</summary>
    /// <param name="parameters">The parameters; those without a gradient are passed over.</param>
    /// <param name="max">The limit; infinity only measures.</param>
    /// <param name="norm">p of the norm: 2, any other positive number, or infinity.</param>
    /// <returns>The norm before clipping. The twin of <c>torch.nn.utils.clip_grad_norm_</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The limit is negative or NaN, or the norm not positive.</exception>
    public static double ByNorm(IEnumerable<Tensor> parameters, double max, double norm = 2)
    {
        CheckLimit(nameof(ByNorm), max);
        Tensor[] gradients = Gradients(parameters);
        using (Autograd.NoGrad())
        {
            double total = TotalNorm(gradients, norm);
            double factor = max / (total + Least);
            foreach (Tensor gradient in factor < 1 ? gradients : [])
            {
                Formula.Update(new Scaled(factor), gradient, gradient);
            }

            return total;
        }
    }

    /// <summary>Holds every number of every gradient within [−max, max]. The twin of <c>torch.nn.utils.clip_grad_value_</c>.</summary>
    /// <param name="parameters">The parameters; those without a gradient are passed over.</param>
    /// <param name="max">The limit.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is negative or NaN.</exception>
    public static void ByValue(IEnumerable<Tensor> parameters, double max)
    {
        CheckLimit(nameof(ByValue), max);
        using (Autograd.NoGrad())
        {
            foreach (Tensor gradient in Gradients(parameters))
            {
                Formula.Update(new Held(max), gradient, gradient);
            }
        }
    }

    static double TotalNorm(Tensor[] gradients, double norm)
    {
        if (norm == 2)
        {
            return Math.Sqrt(gradients.Sum(static gradient => Formula.Total(default(Square), gradient)));
        }

        double[] norms = [.. gradients.Select(gradient => gradient.Norm(norm).Item())];
        return norms.Length == 0 ? 0 : Tensor.From(norms, [norms.Length]).Norm(norm).Item();
    }

    static Tensor[] Gradients(IEnumerable<Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return [.. parameters.Select(static parameter => parameter.Grad).OfType<Tensor>()];
    }

    static void CheckLimit(string operation, double max)
    {
        if (!(max >= 0))
        {
            throw new ArgumentOutOfRangeException(nameof(max), max, $"GradientClip.{operation}: the limit must not be negative.");
        }
    }

    readonly struct Square : IUnaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x)
            where T : struct, IReal<T> => x * x;
    }

    readonly struct Scaled(double factor) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> => T.Const(factor) * x;
    }

    readonly struct Held(double max) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> => T.Max(T.Const(-max), T.Min(x, T.Const(max)));
    }
}
