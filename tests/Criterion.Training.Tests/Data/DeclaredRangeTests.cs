namespace Criterion.Training.Tests;

/// <summary>Images in memory are in the range that is stated, [−1, 1] by default, or are refused.</summary>
public class DeclaredRangeTests
{
    static readonly float[] Signed = [-1, -0.5f, 0.5f, 1];

    public static TheoryData<ImageRange, float[]> Ranges => new()
    {
        { ImageRange.MinusOneOne, Signed },
        { ImageRange.ZeroOne, [0, 0.25f, 0.75f, 1] },
        { ImageRange.Byte, [0, 63.75f, 191.25f, 255] },
    };

    [Theory]
    [MemberData(nameof(Ranges))]
    public void Every_stated_range_becomes_minus_one_to_one(ImageRange range, float[] values)
    {
        Tensor images = Tensor.From(values, [1, 1, 2, 2]);
        Assert.Equal(Signed, new ImageDataset("mine", images, range: range).Images.ToArray<float>(), Near);
        Assert.Equal(Signed, new ImageDataset("mine", images.To(DType.Float64), range: range).Images.ToArray<float>(), Near);
        Assert.Equal(
            ImageGrid.Compose(Tensor.From(Signed, [1, 1, 2, 2])).ToArray<byte>(), ImageGrid.Compose(images, range: range).ToArray<byte>());
    }

    [Fact]
    public void Bytes_need_no_range()
    {
        Tensor bytes = Tensor.From((byte[])[0, 51, 204, 255], [1, 1, 2, 2]);
        Assert.Equal([-1, -0.6f, 0.6f, 1], new ImageDataset("mine", bytes).Images.ToArray<float>(), Near);
        Assert.Contains((byte)204, ImageGrid.Compose(bytes).ToArray<byte>());
    }

    [Fact]
    public void Images_in_the_range_are_not_copied()
    {
        Tensor images = Tensor.From(Signed, [1, 1, 2, 2]);
        Assert.True(images.AsReadOnlySpan<float>() == new ImageDataset("mine", images).Images.AsReadOnlySpan<float>());
    }

    [Theory]
    [InlineData(255, "value 3 is 255, outside the range -1..1")]
    [InlineData(1.01f, "value 3 is 1.01, outside the range -1..1")]
    [InlineData(-3, "value 3 is -3, outside the range -1..1")]
    [InlineData(float.NaN, "value 3 is NaN, outside the range -1..1")]
    [InlineData(float.NegativeInfinity, "value 3 is -Infinity, outside the range -1..1")]
    public void Values_outside_are_refused_with_the_range_to_state(float value, string message)
    {
        Tensor images = Tensor.From([-1, 0, 1, value], [1, 1, 2, 2]);
        Refused(() => new ImageDataset("mine", images), $"mine: {message}", "(ImageDataset: range)");
        Refused(() => ImageGrid.Compose(images), $"ImageGrid: {message}", "(ImageGrid.Compose: range)");
    }

    [Theory]
    [InlineData(ImageRange.ZeroOne, -0.01f)]
    [InlineData(ImageRange.ZeroOne, 255)]
    [InlineData(ImageRange.Byte, -1)]
    [InlineData(ImageRange.Byte, float.NaN)]
    public void Values_outside_a_stated_range_are_refused(ImageRange range, float value)
    {
        Tensor images = Tensor.From([0, 0, 1, value], [1, 1, 2, 2]);
        Refused(() => new ImageDataset("mine", images, range: range), "value 3 is", "outside the range");
        Refused(() => ImageGrid.Compose(images, range: range), "value 3 is", "outside the range");
    }

    [Fact]
    public void Floats_without_a_negative_value_need_their_range()
    {
        Tensor images = Tensor.From([0, 0.5f, 0.25f, 1], [1, 1, 2, 2]);
        string[] says = ["all values are from 0 to 1, so black may be 0 or −1", "ImageRange.ZeroOne"];
        Refused(() => new ImageDataset("mine", images), says);
        Refused(() => ImageGrid.Compose(images), says);
    }

    [Fact]
    public void A_part_of_a_data_set_needs_no_range_again()
    {
        ImageDataset data = new("mine", Tensor.From([-1f, 0.5f, 1f], [3, 1, 1, 1]), Tensor.From<long>([0, 1, 1]));
        Assert.Equal([0.5f, 1], data.Only([1]).Images.ToArray<float>());
        Assert.Equal([1f], data.Select([2]).Images.ToArray<float>());
    }

    [Theory]
    [InlineData(DType.Int64)]
    [InlineData(DType.Bool)]
    public void Other_types_and_shapes_are_refused(DType type)
    {
        Refused(() => new ImageDataset("mine", Tensor.Zeros([1, 1, 2, 2], type)), "mine: images must be bytes or floats [N, 1 or 3, H, W]");
        Refused(() => new ImageDataset("mine", Tensor.Zeros([1, 2, 2, 2])), "Convert or reshape them.");
    }

    // A network in training may leave the range: the picture shows black or white, and the run is not lost.
    [Fact]
    public void The_picture_of_a_run_never_ends_it()
    {
        using TempFolder temp = new();
        using RunFolder folder = RunFolder.Create<GanStep>(temp["run"]);
        folder.WriteSamples(0, Tensor.From([-7f, 7, float.NaN, 0], [1, 1, 2, 2]));
        Assert.True(File.Exists(temp["run/samples/step-000000.png"]));
    }

    static bool Near(float a, float b) => Math.Abs(a - b) < 1e-6;

    static void Refused(Func<object> make, params string[] says)
    {
        string message = Assert.Throws<TrainingException>(make).Message;
        Assert.All(says, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }
}
