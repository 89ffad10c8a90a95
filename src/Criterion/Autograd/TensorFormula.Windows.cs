using Criterion.Drivers;
using Criterion.Formulas;
using Criterion.Kernels;
using Criterion.Numbers;

namespace Criterion;

public static partial class TensorFormula
{
    /// <summary>
    /// Computes the mean loss over the windows of each plane of two images: values and gradients in one pass, higher derivatives through
    /// tensor operations. All sums are in double precision.
    /// </summary>
    /// <param name="formula">The formula.</param>
    /// <param name="window">The window.</param>
    /// <param name="x">The first images, [N, C, H, W].</param>
    /// <param name="y">The second images, of the same shape.</param>
    /// <returns>[N, C].</returns>
    /// <exception cref="ShapeException">The shapes differ, or the images are smaller than the window.</exception>
    public static Tensor Windows<TFormula>(TFormula formula, BlurWindow window, Tensor x, Tensor y)
        where TFormula : struct, IWindowFormula
    {
        WindowRun run = RunWindows(formula, window, x, y, scale: 1);
        return Autograd.Record(
            Name<TFormula>(),
            run.Means,
            [run.X, run.Y],
            (F: formula, Window: window, Run: run),
            [run.X, run.Y],
            static (g, of) => Autograd.Enabled
                ? Autograd.Compose([of.Run.X, of.Run.Y], () => PlaneMeans(of.F, of.Window, of.Run), g)
                : [.. of.Run.Gradients.Select(gradient => gradient is null ? null : gradient * g.Reshape(g.Shape[0], g.Shape[1], 1, 1))]);
    }

    /// <summary>
    /// Computes the sum over all planes of the mean loss over their windows, times <paramref name="scale"/>; value and gradients in one
    /// pass.
    /// </summary>
    /// <inheritdoc cref="Windows"/>
    /// <param name="formula">The formula.</param>
    /// <param name="window">The window.</param>
    /// <param name="x">The first images, [N, C, H, W].</param>
    /// <param name="y">The second images, of the same shape.</param>
    /// <param name="scale">A factor. Default: 1.</param>
    /// <returns>A scalar.</returns>
    public static Tensor WindowSum<TFormula>(TFormula formula, BlurWindow window, Tensor x, Tensor y, double scale = 1)
        where TFormula : struct, IWindowFormula
    {
        WindowRun run = RunWindows(formula, window, x, y, scale);
        return Autograd.Record(
            Name<TFormula>(),
            Tensor.Scalar(run.Sum * scale, run.X.DType),
            [run.X, run.Y, .. run.Gradients],
            (F: formula, Window: window, Run: run, Scale: scale),
            [run.X, run.Y],
            static (g, of) => Autograd.Enabled
                ? Autograd.Compose([of.Run.X, of.Run.Y], () => PlaneMeans(of.F, of.Window, of.Run).Sum() * of.Scale, g)
                : [.. of.Run.Gradients.Select(gradient => Scaled(gradient, g))]);
    }

    static Tensor PlaneMeans<TFormula>(TFormula formula, BlurWindow window, WindowRun run)
        where TFormula : struct, IWindowFormula => WindowMap(formula, window, run.X, run.Y).Mean([2, 3]);

    /// <summary>
    /// Computes the loss of every window in tensor operations: slower than the means, for inspection and for losses that combine several
    /// maps.
    /// </summary>
    /// <returns>[N, C, windows down, windows across].</returns>
    /// <inheritdoc cref="Windows"/>
    public static Tensor WindowMap<TFormula>(TFormula formula, BlurWindow window, Tensor x, Tensor y)
        where TFormula : struct, IWindowFormula
    {
        CheckWindows<TFormula>(window, x, y);

        // In double precision, like the fused pass: a variance is the small difference of large means.
        (Tensor a, Tensor b) = (x.To(DType.Float64), y.To(DType.Float64));
        Resampling blur = Resampling.Of(
            "blur", "blur gradient", new WindowBlur(window, x.Shape[2]), new WindowBlur(window, x.Shape[3]));
        Statistics<TensorReal> means = formula.Terms<TensorReal>(a, b)
            .Select(term => term.IsConstant ? term : term.ToTensor(a).Resample(blur));
        Tensor like = Tensor.Zeros([x.Shape[0], x.Shape[1], blur.Rows.Outputs, blur.Columns.Outputs], DType.Float64);
        return formula.Value(means).ToTensor(like).To(DTypes.Promote(x.Floating().DType, y.DType));
    }

    /// <summary>Prints the formula of a window as LaTeX; a bar marks a mean over the window.</summary>
    public static string ToLatex<TFormula>(TFormula formula, IReadOnlyList<string> inputs)
        where TFormula : struct, IWindowFormula =>
        formula.Value(formula.Terms(new Latex(inputs[0]), new Latex(inputs[1])).Select(Latex.OverWindow)).ToString();

    static WindowRun RunWindows<TFormula>(TFormula formula, BlurWindow window, Tensor x, Tensor y, double scale)
        where TFormula : struct, IWindowFormula
    {
        CheckWindows<TFormula>(window, x, y);
        (Tensor a, Tensor b) = Tensor.Promote(x.Floating(), y.Floating());
        (a, b) = (a.Contiguous(), b.Contiguous());
        Tensor?[] gradients = [Autograd.FusedGradient(a), Autograd.FusedGradient(b)];
        Tensor means = Tensor.Empty([a.Shape[0], a.Shape[1]], a.DType);
        WindowLosses<TFormula> losses = new(formula, a.Elements, b.Elements, means.Elements, scale)
        {
            GradientX = gradients[0]?.Elements ?? default,
            GradientY = gradients[1]?.Elements ?? default,
        };
        double sum = WindowDriver.Run(losses, new WindowGeometry(window, a.Shape[2], a.Shape[3]));
        return new(a, b, means, sum, gradients);
    }

    static void CheckWindows<TFormula>(BlurWindow window, Tensor x, Tensor y)
        where TFormula : struct, IWindowFormula
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        if (x.Rank != 4 || x.Shape != y.Shape)
        {
            throw new ShapeException(
                $"{Name<TFormula>()}: {x.Shape} and {y.Shape} are not images of one shape. Pass two tensors [N, C, H, W].");
        }

        if (Math.Min(x.Shape[2], x.Shape[3]) < window.LeastSide)
        {
            throw new ShapeException(
                $"{Name<TFormula>()}: images of shape {x.Shape} are smaller than the window. "
                + $"With BlurWindow.Size {window.Size} and border {window.Border} the least side is {window.LeastSide}. "
                + "Enlarge the images or use a smaller window.");
        }
    }

    /// <summary>The results of a fused pass: the images as it read them, the mean of each plane, their sum, and the gradients.</summary>
    sealed record WindowRun(Tensor X, Tensor Y, Tensor Means, double Sum, Tensor?[] Gradients);
}
