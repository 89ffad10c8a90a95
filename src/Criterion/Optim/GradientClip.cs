using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Optim;

/// <summary>Keeps gradients from growing too large, between <c>Backward</c> and <c>Step</c>.</summary>
public static class GradientClip
{
    // PyTorch's, which is added to the norm.
    const double Least = 1e-6;

    /// <summary>Scales all gradients by one factor where their norm, taken as one vector, is above a limit.</summary>
    /// <remarks>
    /// PyTorch equivalent: <c>torch.nn.utils.clip_grad_norm_</c>, which adds 1e-6 to the norm that it divides by; below a norm of 1 it is 1e-6 of the norm
    /// here. Large and small gradients neither overflow nor underflow when squared. Where a gradient holds NaN or an infinity, the norm is
    /// NaN or infinite and all gradients stay as they are: skip the step.
    /// </remarks>
    /// <param name="parameters">The parameters; those without a gradient are passed over, and one that comes twice counts once.</param>
    /// <param name="max">The limit; infinity only measures.</param>
    /// <param name="norm">p of the norm: 2, any other positive number, or infinity.</param>
    /// <returns>The norm before clipping; infinite also where a double cannot hold it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The limit is negative or NaN, or the norm not positive.</exception>
    public static double ByNorm(IEnumerable<Tensor> parameters, double max, double norm = 2)
    {
        CheckLimit(nameof(ByNorm), max);
        Require.That(norm > 0, norm, "GradientClip.ByNorm", "positive (2 is Euclidean, infinity the maximum norm)");
        Tensor[] gradients = Gradients(parameters);
        using (Autograd.NoGrad())
        {
            TotalNorm total = TotalNorm.Of(gradients, norm);
            if (total.Value > max && double.IsFinite(total.Relative))
            {
                Scale(gradients, total, max);
            }

            return total.Value;
        }
    }

    static void Scale(Tensor[] gradients, TotalNorm total, double max)
    {
        double factor = max / total.Relative / (1 + (Least * Math.Min(1, 1 / total.Value)));
        foreach (Tensor gradient in gradients)
        {
            TensorFormula.Update(new Scaled(total.Scale, factor), gradient, gradient);
        }
    }

    /// <summary>
    /// Holds every number of every gradient within [−max, max]; NaN stays. PyTorch equivalent: <c>torch.nn.utils.clip_grad_value_</c>.
    /// </summary>
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
                TensorFormula.Update(new Clamped(max), gradient, gradient);
            }
        }
    }

    static Tensor[] Gradients(IEnumerable<Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return TensorMemory.Distinct([.. parameters.Select(static parameter => parameter.Grad).OfType<Tensor>()]);
    }

    static void CheckLimit(string operation, double max) =>
        Require.That(max >= 0, max, $"GradientClip.{operation}", "0 or more; infinity never clips");

    /// <summary>x / scale · factor.</summary>
    readonly struct Scaled(double scale, double factor) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> => T.Const(factor) * (scale == 1 ? x : x / T.Const(scale));
    }

    readonly struct Clamped(double max) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> => T.Max(T.Const(-max), T.Min(x, T.Const(max)));
    }
}
