using Criterion.Formats;

namespace Criterion.Training.Tests;

/// <summary>Pairs by name and by order, their split, and reduced images.</summary>
public sealed class PairedDataTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Held_out_pairs_are_evenly_spaced_and_never_trained_on()
    {
        PairedImages pairs = new(Noise(1, 10), Noise(2, 10), heldOut: 4);

        Assert.Equal([0, 2, 5, 7], pairs.HeldOutPlaces.ToArray<long>());
        Assert.Equal([1, 3, 4, 6, 8, 9], pairs.TrainingPlaces.ToArray<long>());
        Assert.Equal(pairs.Target.Images[5..6].ToArray<float>(), pairs.HeldOut().Target[2..3].ToArray<float>());
        Assert.Equal(2, pairs.HeldOut(2).Input.Shape[0]);
        Assert.Equal(1, new PairedImages(Noise(1, 9), Noise(2, 9)).HeldOutPlaces.Count);
        Assert.Equal(500, new PairedImages(Noise(1, 6000, 2), Noise(2, 6000, 2)).HeldOutPlaces.Count);
    }

    [Fact]
    public void Pairs_that_do_not_match_are_refused()
    {
        AssertRefused("'noise 1' has 3 and 'noise 2' has 4", static () => new PairedImages(Noise(1, 3), Noise(2, 4)));
        AssertRefused("those of 'noise 1' have 1 and those of 'colour' 3", static () => new PairedImages(
            Noise(1, 3), new ImageDataset("colour", Tensor.Full([3, 3, 8, 8], -1))));
        AssertRefused("3 of 3 pairs cannot be held out", static () => new PairedImages(Noise(1, 3), Noise(2, 3), heldOut: 3));
        AssertRefused(
            "set PairedOptions.HeldOut to a number from 1 to 2", static () => new PairedImages(Noise(1, 3), Noise(2, 3), heldOut: 0));
    }

    [Fact]
    public void Files_of_two_folders_are_paired_by_their_names_in_subfolders_too()
    {
        Write("in/x/one.png", 10);
        Write("in/x/two.png", 20);
        Write("in/y/one.png", 30);
        Write("out/x/two.png", 21);
        Write("out/x/one.PNG", 11);
        Write("out/y/one.png", 31);
        PairedImages pairs = Load("in", "out");

        Assert.Equal([10, 20, 30], Greys(pairs.Input));
        Assert.Equal([11, 21, 31], Greys(pairs.Target));
    }

    [Fact]
    public void Files_are_paired_by_name_where_the_order_of_both_folders_differs()
    {
        Write("in/a.png", 10);
        Write("in/a.b.png", 20);
        Write("out/a.b.png", 21);
        Write("out/a.-b.png", 0);
        File.Move(_temp["out/a.-b.png"], _temp["out/a.PNG"]);
        PairedImages pairs = Load("in", "out");

        // An upper-case extension sorts before b.
        Assert.Equal([20, 10], Greys(pairs.Input));
        Assert.Equal([21, 0], Greys(pairs.Target));
    }

    [Fact]
    public void Files_without_a_counterpart_are_named()
    {
        Write("in/one.png", 10);
        Write("in/two.png", 20);
        Write("in/three.png", 20);
        Write("out/one.png", 11);
        Write("out/four.png", 11);
        string message = Assert.Throws<TrainingException>(() => Load("in", "out")).Message;

        (string a, string b) = (_temp["in"], _temp["out"]);
        Assert.Contains($"2 images of '{a}' have no counterpart in '{b}': three, two.", message, StringComparison.Ordinal);
        Assert.Contains($"1 image of '{b}' has no counterpart in '{a}': four.", message, StringComparison.Ordinal);
        Assert.Contains("Rename them, or move those without a counterpart elsewhere.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sources_that_cannot_be_paired_are_refused()
    {
        Write("in/one.png", 10);
        Write("out/one.png", 11);
        Npy.Write(_temp["three.npy"], Noise(1, 3).Images);
        Npy.Write(_temp["four.npy"], Noise(1, 4).Images);
        AssertRefused("is a folder and", () => Load("in", "three.npy"));
        AssertRefused("has 3 and", () => Load("three.npy", "four.npy"));
        AssertRefused("has 3 and", () => new SourcePairs(Arguments("three.npy") with { Limit = 2 }, Arguments("four.npy")).Load());
        AssertRefused("cannot be skipped", () => new SourcePairs(
            Arguments("in") with { Damaged = DamagedImages.Skip }, Arguments("out")).Load());
        AssertRefused("from one source each", () => new SourcePairs(
            DataArguments.Of([_temp["in"], _temp["in"]], null, null), Arguments("out")).Load());
        File.Copy(_temp["in/one.png"], _temp["in/one.PNG"]);
        AssertRefused("several images of the same name without the extension", () => Load("in", "out"));
    }

    [Fact]
    public void Arrays_are_paired_by_order_and_limited_together()
    {
        Npy.Write(_temp["a.npy"], Noise(1, 8).Images);
        Npy.Write(_temp["b.npy"], Noise(2, 8).Images);
        PairedImages pairs = new SourcePairs(
            Arguments("a.npy") with { Limit = 4 }, Arguments("b.npy") with { Limit = 4 }).Load(heldOut: 1);

        Assert.Equal(4, pairs.Input.Count);
        Assert.Equal(Noise(1, 8).Images[2..3].ToArray<float>(), pairs.Input.Images[1..2].ToArray<float>());
        Assert.Equal(Noise(2, 8).Images[2..3].ToArray<float>(), pairs.Target.Images[1..2].ToArray<float>());
    }

    [Fact]
    public void Built_in_pairs_are_garments_and_their_own_sketches()
    {
        PairedImages pairs = new SketchPairs().Load();

        Assert.Equal((10_000, 9_500), (pairs.Input.Count, pairs.TrainingPlaces.Count));
        (Tensor sketches, Tensor garments) = pairs.HeldOut(3);
        Assert.Equal(Sketches.Of(garments).ToArray<float>(), sketches.ToArray<float>());
    }

    // Pillow 9.4: resize((8, 8), Image.BICUBIC) of the bytes 73 · i mod 251, the first and last rows. Pillow rounds between both sides.
    [Fact]
    public void Reduced_images_are_within_one_level_of_pillows()
    {
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(static i => (byte)(73 * i % 251))];
        Tensor image = Tensor.From(bytes, [1, 1, 16, 16]);
        Tensor reduced = PairedImages.Reduced(new ImageDataset("hash", Tensor.Cat([image, image])), 2).Input.Stored;

        Assert.Equal((DType.UInt8, new Shape(2, 1, 8, 8)), (reduced.DType, reduced.Shape));
        AssertNear([114, 143, 112, 107, 144, 143, 116, 86], reduced[0, 0, 0]);
        AssertNear([103, 108, 144, 139, 112, 85, 146, 125], reduced[1, 0, 7]);
        static void AssertNear(int[] expected, Tensor row) =>
            Assert.All(expected.Zip(row.ToArray<byte>()), static pair => Assert.InRange(pair.Second, pair.First - 1, pair.First + 1));
    }

    [Fact]
    public void Images_that_cannot_be_reduced_are_refused_with_the_size_to_resize_to()
    {
        AssertRefused("Resize them to 36 (ImageDataset.Load: size)", static () => PairedImages.Reduced(Noise(1, 2, 34), 4));
        AssertRefused("of at least 32 pixels", static () => PairedImages.Reduced(Noise(1, 2, 16), 4));
    }

    static ImageDataset Noise(ulong seed, int count, int side = 8) =>
        new($"noise {seed}", Tensor.Rand([count, 1, side, side], random: new RandomStream(seed), low: -1));

    static int[] Greys(ImageDataset images) => [.. images.Stored[.., 0, 0, 0].ToArray<byte>().Select(static grey => (int)grey)];

    static void AssertRefused(string message, Action action) =>
        Assert.Contains(message, Assert.Throws<TrainingException>(action).Message, StringComparison.Ordinal);

    DataArguments Arguments(string name) => DataArguments.Of([_temp[name]], null, ImageRange.MinusOneOne);

    PairedImages Load(string input, string target) => new SourcePairs(Arguments(input), Arguments(target)).Load(heldOut: 1);

    void Write(string name, byte grey)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_temp[name])!);
        Png.Write(_temp[name], Tensor.From(Enumerable.Repeat(grey, 64).ToArray(), [1, 8, 8]));
    }
}
