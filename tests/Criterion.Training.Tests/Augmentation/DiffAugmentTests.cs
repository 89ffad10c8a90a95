using Criterion.Tests.Golden;

namespace Criterion.Training.Tests;

public class DiffAugmentTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Cases() =>
        GoldenFile.Rows("augment", "colour", "translation", "cutout", "flip", "all");

    static Tensor Noise(params ReadOnlySpan<int> shape) =>
        Tensor.Rand(new Shape(shape), DType.Float64, new RandomStream(3), low: -1, high: 1);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Given_draws_give_the_numbers_of_the_authors_definition(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("augment", op, name);
        GoldenAssert.Matches(golden, x => Transform(op, x).Apply(x[0]));
        GoldenAssert.SingleMatches(golden, x => Transform(op, x).Apply(x[0]));
    }

    [Fact]
    public void First_and_second_derivatives_are_those_of_central_differences()
    {
        ImageTransform transform = new DiffAugment(flip: true).Draw([2, 3, 6, 5], new RandomStream(1));

        GradCheck.Check(x => transform.Apply(x[0]).Pow(3).Sum(), [Noise(2, 3, 6, 5)]);
    }

    [Fact]
    public void The_same_stream_draws_the_same_transforms_and_each_image_has_its_own()
    {
        Tensor images = Noise(1, 1, 8, 8).Expand(16, 1, 8, 8);

        double[] once = new DiffAugment(flip: true).Forward(images, new RandomStream(5)).ToArray<double>();

        Assert.Equal(once, new DiffAugment(flip: true).Forward(images, new RandomStream(5)).ToArray<double>());
        Assert.NotEqual(once, new DiffAugment(flip: true).Forward(images, new RandomStream(6)).ToArray<double>());
        Assert.Equal(16, once.Chunk(64).Select(static image => string.Join(' ', image)).Distinct().Count());
    }

    [Fact]
    public void Paired_images_are_transformed_alike()
    {
        Tensor colour = Noise(4, 3, 8, 8);
        Tensor grey = colour.Narrow(1, 1, 1);
        ImageTransform transform = new DiffAugment(colour: false, flip: true).Draw(colour.Shape, new RandomStream(2));

        Assert.Equal(
            transform.Apply(colour).Narrow(1, 1, 1).ToArray<double>(), transform.Apply(grey).ToArray<double>());
    }

    [Fact]
    public void Draws_stay_in_the_ranges_of_the_paper()
    {
        DiffAugmentTransform draw = new DiffAugment(flip: true).Draw([4000, 3, 32, 16], new RandomStream(1));

        Near(draw.Brightness!, -0.5, 0.5, 0.01);
        Near(draw.Saturation!, 0, 2, 0.01);
        Near(draw.Contrast!, 0.5, 1.5, 0.01);
        Near(draw.Translation!.Narrow(1, 0, 1), -4, 4, 0);
        Near(draw.Translation!.Narrow(1, 1, 1), -2, 2, 0);
        Near(draw.CutoutCentre!.Narrow(1, 0, 1), 0, 32, 0);
        Near(draw.CutoutCentre!.Narrow(1, 1, 1), 0, 16, 0);
        Assert.Equal((16, 8), (draw.Cutout.Height, draw.Cutout.Width));
        Assert.InRange(draw.Flip!.To(DType.Float32).Mean().Item(), 0.45, 0.55);

        static void Near(Tensor drawn, double low, double high, double gap)
        {
            Assert.InRange(drawn.Min().Item(), low, low + gap);
            Assert.InRange(drawn.Max().Item(), high - gap, high);
        }
    }

    [Theory]
    [InlineData("none", "none")]
    [InlineData("auto", "auto")]
    [InlineData("colour", "colour")]
    [InlineData("cutout,colour", "colour,cutout")]
    [InlineData("flip,translation", "translation,flip")]
    public void Text_names_the_parts(string text, string formatted)
    {
        Assert.Equal(formatted, Augmentation.Parse(text).ToString());
        Assert.Equal(text is "none" or "auto", Augmentation.Parse(text).IsNone);
        Assert.Equal(Augmentation.Parse(text), Augmentation.Parse(formatted));
    }

    [Theory]
    [InlineData("color,blur", "Invalid augmentation 'color'")]
    [InlineData("cutuot", "Did you mean cutout?")]
    [InlineData("", "Invalid augmentation ''")]
    [InlineData("flip,flip", "given twice")]
    [InlineData("none,flip", "Invalid augmentation 'none'")]
    public void Other_text_is_an_error(string text, string message) =>
        Assert.Contains(message, Assert.Throws<TrainingException>(() => Augmentation.Parse(text)).Message);

    [Fact]
    public void Shapes_that_do_not_fit_are_errors()
    {
        Assert.Contains("[N, C, H, W]", Assert.Throws<ShapeException>(() => new DiffAugment().Draw([2, 3], new RandomStream(1))).Message);
        ImageTransform two = new DiffAugment().Draw([2, 1, 8, 8], new RandomStream(1));
        Assert.Contains("[2, C, H, W]", Assert.Throws<ShapeException>(() => two.Apply(Noise(3, 1, 8, 8))).Message);
    }

    static DiffAugmentTransform Transform(string op, Tensor[] x)
    {
        DiffAugmentTransform none = new((int)x[0].Shape[0]);
        Size2 box = new((int)((x[0].Shape[2] * 0.5) + 0.5), (int)((x[0].Shape[3] * 0.5) + 0.5));
        return op switch
        {
            "colour" => none with { Brightness = x[1], Saturation = x[2], Contrast = x[3] },
            "translation" => none with { Translation = x[1] },
            "cutout" => none with { CutoutCentre = x[1], Cutout = box },
            "flip" => none with { Flip = x[1] },
            _ => none with
            {
                Brightness = x[1],
                Saturation = x[2],
                Contrast = x[3],
                Translation = x[4],
                CutoutCentre = x[5],
                Cutout = box,
                Flip = x[6],
            },
        };
    }
}
