using System.Reflection;
using System.Text.Json;
using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Image;

/// <summary>The contract of every loss of images, with one value for each image before reduction.</summary>
public abstract class ImageLossContract
{
    /// <summary>The loss with the options that a test class is about.</summary>
    protected abstract Loss Default { get; }

    /// <summary>The loss of one image by plain loops over doubles, which share no code with the library.</summary>
    /// <param name="images">The inputs, each channels × rows × columns.</param>
    protected abstract double Reference(Plain[] images);

    /// <summary>Sizes for values and fused runs: odd ones, and more than one register.</summary>
    protected virtual IEnumerable<int[]> Sizes => [[1, 1, 11, 11], [2, 3, 13, 12], [3, 1, 17, 40]];

    /// <summary>Sizes for central differences.</summary>
    protected virtual IEnumerable<int[]> SmallSizes => [[2, 1, 11, 12]];

    /// <summary>How many images a loss takes.</summary>
    protected virtual int Inputs => 2;

    /// <summary>What black and white are, null where any number goes.</summary>
    protected virtual ImageRange? Range => ImageRange.ZeroOne;

    /// <summary>Pairs of images in [0, 1] at which value and first two derivatives must be finite.</summary>
    protected virtual IEnumerable<Tensor[]> Extremes =>
    [
        [Flat(0), Flat(0)], [Flat(1), Flat(1)], [Flat(0), Flat(1)], [Flat(0.5), Flat(0.5)], [Pictures.X(16), Pictures.X(16)],
        [Pictures.X(16), 1 - Pictures.X(16)], [Flat(0), Pictures.X(16)], [Pictures.X(16), Flat(0.3)],
    ];

    protected static RandomStream Random => new(11);

    [Fact]
    public void Value_is_that_of_plain_loops()
    {
        foreach (int[] size in Sizes)
        {
            Tensor[] inputs = Draw(size, Random);
            double[] expected = [.. Enumerable.Range(0, size[0]).Select(n => Reference([.. inputs.Select(x => Plain.Of(x, n))]))];
            Near(Tensor.From(expected), Loss(inputs, Reduction.None), 1e-10);
        }
    }

    [Fact]
    public void First_and_second_derivatives_are_those_of_central_differences()
    {
        foreach (int[] size in SmallSizes)
        {
            foreach (Reduction reduction in (Reduction[])[Reduction.Mean, Reduction.Sum, Reduction.None])
            {
                GradCheck.Check(inputs => Loss(inputs, reduction), Draw(size, Random));
            }
        }
    }

    [Fact]
    public void Reductions_agree()
    {
        Tensor[] inputs = Draw(Sizes.Last(), Random);
        Tensor single = Loss(inputs, Reduction.None);
        Near(single.Sum(), Loss(inputs, Reduction.Sum));
        Near(single.Mean(), Loss(inputs, Reduction.Mean));
    }

    [Fact]
    public void Fused_gradients_are_those_of_the_composed_graph()
    {
        foreach (int[] size in Sizes)
        {
            foreach (Reduction reduction in (Reduction[])[Reduction.Mean, Reduction.Sum, Reduction.None])
            {
                Tensor[] inputs = Leaves(Draw(size, Random));
                Tensor loss = Loss(inputs, reduction);
                Tensor upstream = Tensor.Linspace(1.5, 2, loss.Count, DType.Float64).Reshape([.. loss.Shape]);
                Tensor[] composed = Criterion.Autograd.Grad([loss], inputs, createGraph: true, gradients: [upstream]);
                loss.Backward(upstream);
                for (int i = 0; i < inputs.Length; i++)
                {
                    double scale = composed[i].Detach().Abs().Max().Item();
                    Near(composed[i] / scale, inputs[i].Grad! / scale, 1e-9);
                }
            }
        }
    }

    [Fact]
    public void Single_precision_is_near_double()
    {
        foreach (int[] size in Sizes)
        {
            Tensor[] single = Leaves([.. Draw(size, Random).Select(x => x.To(DType.Float32))]);
            Tensor[] twice = Leaves([.. single.Select(x => x.Detach().To(DType.Float64))]);
            Tensor loss = Loss(single);
            Tensor exact = Loss(twice);
            loss.Backward();
            exact.Backward();
            Assert.Equal(DType.Float32, loss.DType);
            Near(exact, loss.To(DType.Float64), 2e-6);
            for (int i = 0; i < single.Length; i++)
            {
                double scale = twice[i].Grad!.Abs().Max().Item();
                Near(twice[i].Grad! / scale, single[i].Grad!.To(DType.Float64) / scale, 2e-5);
            }
        }
    }

    [Fact]
    public void Extremes_are_finite_to_second_order()
    {
        foreach (Tensor[] extreme in Extremes)
        {
            foreach (DType type in new[] { DType.Float64, DType.Float32 })
            {
                Tensor[] inputs = Leaves([.. extreme.Take(Inputs).Select(x => InRange(x).To(type))]);
                Tensor loss = Loss(inputs, Reduction.Sum);
                Tensor[] first = Criterion.Autograd.Grad([loss], inputs, createGraph: true);
                Tensor slopes = first.Select(g => (g * g).Sum()).Aggregate((a, b) => a + b);
                Tensor[] second = slopes.RequiresGrad ? Criterion.Autograd.Grad([slopes], inputs, allowUnused: true) : [];
                Loss(inputs).Backward();
                foreach (Tensor value in (Tensor[])[loss, .. first, .. second, .. inputs.Select(x => x.Grad!)])
                {
                    Assert.True(value.IsFinite().To(DType.Int64).Min().Item() == 1, $"{extreme[0]} → {value}");
                }
            }
        }
    }

    [Fact]
    public void NaN_in_one_pixel_shows()
    {
        for (int i = 0; i < Inputs; i++)
        {
            Tensor[] inputs = Draw(Sizes.First(), Random);
            inputs[i][0, 0, 5, 4] = Tensor.Scalar(double.NaN);
            Assert.True(double.IsNaN(Loss(inputs).Item()));
        }
    }

    [Fact]
    public void Order_of_the_batch_does_not_matter()
    {
        Tensor[] inputs = Draw([5, .. Sizes.First()[1..]], Random);
        Tensor order = Tensor.Permutation(5, Random);
        Near(Loss(inputs, Reduction.None).IndexSelect(0, order), Loss([.. inputs.Select(x => x.IndexSelect(0, order))], Reduction.None));
    }

    [Fact]
    public void Views_give_the_same()
    {
        Tensor[] inputs = Draw(Sizes.First(), Random);
        Tensor[] views = [.. inputs.Select(x => x.Transpose().Contiguous().Transpose())];
        Assert.False(views[0].IsContiguous);
        Near(Loss(inputs), Loss(views));
    }

    [Fact]
    public void Nothing_to_compare_is_an_error_unless_asked_for_zero()
    {
        Tensor[] empty = [.. Draw(Sizes.First(), Random).Select(x => x.Narrow(0, 0, 0))];
        Assert.Contains("OnEmpty", Assert.Throws<LossException>(() => Loss(empty)).Message, StringComparison.Ordinal);
        Assert.Equal(0, Loss(empty, onEmpty: OnEmpty.Zero).Item());
    }

    [Fact]
    public void What_is_no_image_is_an_error_that_names_its_shape()
    {
        Tensor[] flat = [.. Draw(Sizes.First(), Random).Select(x => x.Flatten(1))];
        Assert.Contains(flat[0].Shape.ToString(), Assert.Throws<ShapeException>(() => Loss(flat)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_shapes_are_an_error_that_names_them()
    {
        if (Inputs == 2)
        {
            Tensor[] inputs = Draw([2, .. Sizes.First()[1..]], Random);
            inputs[1] = inputs[1].Narrow(0, 0, 1);
            string message = Assert.Throws<ShapeException>(() => Loss(inputs)).Message;
            Assert.Contains(inputs[0].Shape.ToString(), message, StringComparison.Ordinal);
            Assert.Contains(inputs[1].Shape.ToString(), message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Value_outside_the_range_is_an_error_that_names_the_first()
    {
        if (Range is not { } range)
        {
            return;
        }

        for (int i = 0; i < Inputs; i++)
        {
            foreach (double outside in new[] { range.White() + 0.01, range.Black() - 0.01 })
            {
                Tensor[] inputs = Draw(Sizes.First(), Random);
                inputs[i][0, 0, 1, 2] = Tensor.Scalar(outside);
                inputs[i][0, 0, 3, 2] = Tensor.Scalar(outside);
                string message = Assert.Throws<LossException>(() => Loss(inputs)).Message;
                Assert.Contains($"element {inputs[i].Shape[3] + 2} ", message, StringComparison.Ordinal);
                Assert.Contains(range.ToString(), message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Catalogue_can_show_it()
    {
        Assert.NotEmpty(Default.ToLatex());
        Assert.NotNull(Default.GetType().GetCustomAttribute<CatalogueAttribute>());
        foreach (LossCurve curve in Default.Curves())
        {
            Tensor x = Tensor.Linspace(curve.From, curve.To, 7, DType.Float64);
            x.RequiresGrad = true;
            Tensor y = curve.Value(x);
            Assert.Equal([7], y.Shape);
            Assert.True(Inputs == 1 || y[6].Item() >= y[0].Item() - 1e-9, $"{curve.Name} gets no worse: {y}");
            y.Sum().Backward();
            Assert.True(
                (y.IsFinite().To(DType.Int64).Min() * x.Grad!.IsFinite().To(DType.Int64).Min()).Item() == 1,
                $"{curve.Name}: {y}, {x.Grad}");
        }
    }

    [Fact]
    public void Options_go_through_json()
    {
        string json = JsonSerializer.Serialize(Default, Default.GetType());
        Assert.Equal(Default, JsonSerializer.Deserialize(json, Default.GetType()));
    }

    protected virtual Tensor Loss(Tensor[] inputs, Reduction reduction = Reduction.Mean, OnEmpty onEmpty = OnEmpty.Throw)
    {
        Loss loss = Default with { Reduction = reduction, OnEmpty = onEmpty };
        return loss is IPredictionLoss pair ? pair.Forward(inputs[0], inputs[1]) : ((TotalVariationLoss)loss).Forward(inputs[0]);
    }

    /// <summary>Images whose pixels are far from black, white and each other.</summary>
    protected Tensor[] Draw(int[] size, RandomStream random) =>
        [.. Enumerable.Range(0, Inputs).Select(i => InRange(Tensor.Rand(size, DType.Float64, random.Fork((ulong)i), 0.05, 0.95)))];

    protected Tensor InRange(Tensor zeroOne) => Range is { } range ? (zeroOne * range.Extent()) + range.Black() : zeroOne;

    protected static Tensor Flat(double value) => Tensor.Full([1, 1, 16, 16], value, DType.Float64);

    protected static Tensor[] Leaves(Tensor[] inputs) => [.. inputs.Select(static x =>
    {
        Tensor leaf = x.Detach().Clone();
        leaf.RequiresGrad = true;
        return leaf;
    })];

    protected static void Near(Tensor expected, Tensor actual, double tolerance = 1e-11) =>
        Golden.GoldenAssert.Close(expected, actual, "result", tolerance);
}

/// <summary>One image as plain numbers.</summary>
public sealed record Plain(int Channels, int Height, int Width, double[] Values)
{
    public double this[int c, int i, int j] => Values[(((c * Height) + i) * Width) + j];

    public static Plain Of(Tensor images, int n) =>
        new(images.Shape[1], images.Shape[2], images.Shape[3], images[n].Detach().To(DType.Float64).ToArray<double>());

    /// <summary>The mean of a function over channels and places.</summary>
    public double Mean(Func<int, int, int, double> value) => (
        from c in Enumerable.Range(0, Channels)
        from i in Enumerable.Range(0, Height)
        from j in Enumerable.Range(0, Width)
        select value(c, i, j)).Average();
}

/// <summary>The pictures of the oracles.</summary>
public static class Pictures
{
    public static Tensor X(int size) => Pattern(size, 7, 13, 0);

    public static Tensor Y(int size) => Pattern(size, 5, 11, 3);

    public static Tensor Z(int size) => Tensor.Minimum(Tensor.Scalar(1, DType.Float64), (X(size) * 0.9) + 0.05);

    static Tensor Pattern(int size, int down, int across, int shift) => Tensor.From(
        [.. from i in Enumerable.Range(0, size) from j in Enumerable.Range(0, size) select ((down * i) + (across * j) + shift) % 32 / 31.0],
        [1, 1, size, size]);
}
