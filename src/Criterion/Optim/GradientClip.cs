using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Optim;

/// <summary>Limits the size of gradients, between <c>Backward</c> and <c>Step</c>.</summary>
public static class GradientClip
{
    // PyTorch adds this to the norm.
    const double Least = 1e-6;

    /// <summary>Scales all gradients by one factor if their norm, taken as one vector, exceeds a limit.</summary>
    /// <remarks>
    /// PyTorch equivalent: <c>torch.nn.utils.clip_grad_norm_</c>, which adds 1e-6 to the norm that it divides by; below a norm of 1 this
    /// adds 1e-6 of the norm. Squares of large and small gradients neither overflow nor underflow. If a gradient is NaN or infinite, so is
    /// the norm, and all gradients are unchanged: skip the step.
    /// </remarks>
    /// <param name="parameters">The parameters; those without a gradient are skipped, and repeated ones count once.</param>
    /// <param name="max">The limit; infinity only measures the norm.</param>
    /// <param name="norm">The degree of the norm: 2, any other positive number, or infinity. Default: 2.</param>
    /// <returns>The norm before clipping; infinite if a double cannot represent it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The limit is negative or NaN, or the degree is not positive.</exception>
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
    /// Clamps every value of every gradient to [−max, max]; NaN stays NaN. PyTorch equivalent: <c>torch.nn.utils.clip_grad_value_</c>.
    /// </summary>
    /// <param name="parameters">The parameters; those without a gradient are skipped.</param>
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
            where T : struct, IReal<T> => factor * (scale == 1 ? x : x / scale);
    }

    readonly struct Clamped(double max) : IBinaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> => T.Max(T.Const(-max), T.Min(x, T.Const(max)));
    }
}
