using System.Globalization;

namespace Criterion;

/// <summary>
/// Compares the gradients of a function, and the gradients of those gradients, with central differences: for tests of new operations.
/// </summary>
/// <example><code>
/// GradCheck.Check(x => x[0].Tanh() * x[1], [Tensor.Randn([3], DType.Float64), Tensor.Randn([3], DType.Float64)]);
/// </code></example>
public static class GradCheck
{
    const double FinerBy = 10;

    /// <summary>Throws unless every derivative up to <paramref name="order"/> agrees with its central difference.</summary>
    /// <param name="function">
    /// The function from the inputs to one floating-point tensor. It must be deterministic, and smooth around the inputs.
    /// </param>
    /// <param name="inputs">The point to check at. Float64 inputs are varied, one element at a time; others are passed unchanged.</param>
    /// <param name="order">The highest order: 1 for gradients, 2 for gradients of gradients too. Default: 2.</param>
    /// <param name="step">The step h of the difference (f(x + h) − f(x − h)) / 2h. Default: 1e-5.</param>
    /// <param name="tolerance">The largest error, relative to the larger of 1 and the derivative. Default: 1e-6.</param>
    /// <exception cref="GradCheckException">A derivative differs.</exception>
    /// <exception cref="DTypeException">No input is Float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="order"/> is less than 1.</exception>
    public static void Check(Func<Tensor[], Tensor> function, Tensor[] inputs, int order = 2, double step = 1e-5, double tolerance = 1e-6)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentOutOfRangeException.ThrowIfLessThan(order, 1);
        if (!Array.Exists(inputs, static x => x.DType == DType.Float64))
        {
            throw new DTypeException(
                "GradCheck: no input is Float64, and differences in another type are too coarse. Convert with .To(DType.Float64).");
        }

        // Fixed weights reduce each result to one number, in which every element has another weight.
        RandomStream random = new(0x6772_6164);
        Tensor[] points = [.. inputs.Select(static x => x.Detach().Clone())];
        Func<Tensor[], Tensor> sum = Weighted(function, random.Fork(0));
        for (int level = 1; level <= order; level++)
        {
            Compare(sum, points, level, step, tolerance);
            sum = Weighted(sum, random.Fork((ulong)level), points.Length);
        }
    }

    /// <summary>Returns the function that sums a function's values, weighted at random.</summary>
    static Func<Tensor[], Tensor> Weighted(Func<Tensor[], Tensor> function, RandomStream random) => inputs =>
    {
        Tensor output = function(inputs);
        return (output * Weights(output, random, 0)).Sum();
    };

    /// <summary>Returns the function that sums a function's gradients by all of its inputs, weighted at random.</summary>
    static Func<Tensor[], Tensor> Weighted(Func<Tensor[], Tensor> sum, RandomStream random, int count) => inputs =>
    {
        Tensor[] gradients = Gradients(sum, inputs);
        Tensor total = Tensor.Scalar(0, DType.Float64);
        for (int i = 0; i < count; i++)
        {
            total += (gradients[i] * Weights(gradients[i], random, (ulong)i)).Sum();
        }

        return total;
    };

    static Tensor Weights(Tensor like, RandomStream random, ulong name) => Tensor.Randn(like.Shape, like.DType, random.Fork(name));

    /// <summary>
    /// Computes the recorded gradients of a scalar by each Float64 input; zeros for others and where there is no dependence.
    /// </summary>
    static Tensor[] Gradients(Func<Tensor[], Tensor> sum, Tensor[] inputs)
    {
        Tensor output = sum(inputs);
        Tensor[] gradients = [.. inputs.Select(static x => Tensor.Zeros(x.Shape, DType.Float64))];
        int[] varied = [.. Enumerable.Range(0, inputs.Length).Where(i => inputs[i].RequiresGrad)];
        if (!output.RequiresGrad)
        {
            return gradients;
        }

        Tensor[] found = Autograd.Grad([output], varied.Select(i => inputs[i]).ToArray(), createGraph: true, allowUnused: true);
        for (int k = 0; k < varied.Length; k++)
        {
            gradients[varied[k]] = found[k];
        }

        return gradients;
    }

    static void Compare(Func<Tensor[], Tensor> sum, Tensor[] points, int level, double step, double tolerance)
    {
        Tensor[] analytic = Gradients(sum, Variables(points));
        for (int i = 0; i < points.Length; i++)
        {
            if (points[i].DType != DType.Float64)
            {
                continue;
            }

            double[] gradient = analytic[i].Detach().ToArray<double>();
            for (int element = 0; element < gradient.Length; element++)
            {
                double numeric = Difference(sum, points, i, element, step);
                double allowed = tolerance * Math.Max(1, Math.Abs(numeric));
                if (!(Math.Abs(gradient[element] - numeric) <= allowed))
                {
                    throw new GradCheckException(
                        level, i, element, points[i].Shape, gradient[element], numeric, Corner(sum, points, i, element, step, numeric));
                }
            }
        }
    }

    /// <summary>Computes (f(x + h) − f(x − h)) / 2h along one element of one input.</summary>
    static double Difference(Func<Tensor[], Tensor> sum, Tensor[] points, int input, int element, double step) =>
        (At(sum, points, input, element, step) - At(sum, points, input, element, -step)) / (2 * step);

    /// <summary>
    /// Describes how differences disagree with one another, as they do at a corner or a jump; empty where the function is smooth.
    /// </summary>
    static string Corner(Func<Tensor[], Tensor> sum, Tensor[] points, int input, int element, double step, double central)
    {
        double here = At(sum, points, input, element, 0);
        double right = (At(sum, points, input, element, step) - here) / step;
        double left = (here - At(sum, points, input, element, -step)) / step;
        double finer = Difference(sum, points, input, element, step / FinerBy);
        return AreFar(left, right)
            ? string.Create(CultureInfo.InvariantCulture, $"is {left:G6} to the left and {right:G6} to the right")
            : AreFar(central, finer)
            ? string.Create(CultureInfo.InvariantCulture, $"changes from {central:G6} to {finer:G6} at a tenth of the step")
            : "";
    }

    /// <summary>Whether two differences are further apart than those of a smooth function over a short step.</summary>
    static bool AreFar(double a, double b)
    {
        const double share = 0.02;
        return Math.Abs(a - b) > share * Math.Max(1, Math.Max(Math.Abs(a), Math.Abs(b)));
    }

    /// <summary>Computes the function with one element of one input moved.</summary>
    static double At(Func<Tensor[], Tensor> sum, Tensor[] points, int input, int element, double by)
    {
        Tensor[] moved = Variables(points);
        using (Autograd.NoGrad())
        {
            moved[input].AsSpan<double>()[element] += by;
        }

        return sum(moved).Item();
    }

    /// <summary>Creates new leaves, so that every evaluation has its own graph.</summary>
    static Tensor[] Variables(Tensor[] points)
    {
        Tensor[] variables = [.. points.Select(static x => x.Detach().Clone())];
        foreach (Tensor variable in variables)
        {
            variable.RequiresGrad = variable.DType == DType.Float64;
        }

        return variables;
    }
}

/// <summary>The error of a derivative that does not agree with its central difference.</summary>
/// <param name="order">The order: 1 for a gradient, 2 for a gradient of gradients.</param>
/// <param name="input">The index of the input.</param>
/// <param name="element">The index of the element of the input, in row-major order.</param>
/// <param name="shape">The shape of the input.</param>
/// <param name="analytic">The derivative by the gradient rules.</param>
/// <param name="numeric">The central difference.</param>
/// <param name="corner">How differences disagree with one another, after "the difference"; empty where the function is smooth.</param>
public sealed class GradCheckException(
    int order, int input, int element, Shape shape, double analytic, double numeric, string corner = "")
    : TensorException(string.Create(
        CultureInfo.InvariantCulture,
        $"GradCheck: the derivative of order {order} by element {element} of input {input} {shape} is {analytic:R}, "
        + $"and the central difference is {numeric:R}. ") + Fix(order, corner))
{
    /// <summary>Gets the order: 1 for a gradient, 2 for a gradient of gradients.</summary>
    public int Order { get; } = order;

    /// <summary>Gets the index of the input.</summary>
    public int Input { get; } = input;

    /// <summary>Gets the index of the element of the input, in row-major order.</summary>
    public int Element { get; } = element;

    /// <summary>Gets the derivative by the gradient rules.</summary>
    public double Analytic { get; } = analytic;

    /// <summary>Gets the central difference.</summary>
    public double Numeric { get; } = numeric;

    /// <summary>Gets whether differences disagree with one another, so that the function appears to have a corner at the point.</summary>
    public bool IsAtCorner { get; } = corner.Length > 0;

    static string Fix(int order, string corner)
    {
        if (corner.Length == 0)
        {
            return "Correct the gradient rule, or move the input away from points where the function bends.";
        }

        string lower = order > 1 ? $"pass order: {order - 1}, or " : "";
        return $"The difference {corner}: the function appears to have a corner or a jump there, where derivatives of this order do not "
            + $"exist, or it is not deterministic. To check it elsewhere, {lower}pass other points.";
    }
}
