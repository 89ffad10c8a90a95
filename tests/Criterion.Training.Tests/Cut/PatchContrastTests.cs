using System.Text.Json;
using Criterion.Nn;

namespace Criterion.Training.Tests;

/// <summary>The contrast of patches against PyTorch: tests/golden/cut.py.</summary>
public class PatchContrastTests
{
    public static TheoryData<string> Cases =>
        [.. NetworkGolden.Cases("cut").Select(static golden => golden.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Loss_and_gradients_of_translator_and_heads_are_those_of_PyTorch(string name)
    {
        JsonElement golden = NetworkGolden.Case("cut", name);
        int Whole(string property) => golden.GetProperty(property).GetInt32();
        bool isFlipped = golden.GetProperty("flipped").GetBoolean();
        CutNetworks networks = CutNetworks.Build(
            new ResnetTranslator(3, Whole("width"), Whole("blocks"), Whole("halvings")), new(3, 2, 1), new RandomStream(1), headWidth: 8);
        NetworkGolden.Filled(networks.Translator.Freeze()).Unfreeze();
        NetworkGolden.Filled(networks.Heads.Freeze()).Unfreeze();
        Tensor sources = NetworkGolden.Pixels(100, [2, 3, 12, 16], -1, 1);

        Tensor translated = networks.Translator.Forward(isFlipped ? sources.Flip(3) : sources);
        Tensor loss = new PatchContrast(networks, golden.GetProperty("temperature").GetDouble())
            .Forward(sources, translated, Positions, isFlipped);
        loss.Sum().Backward();

        Assert.Equal(golden.GetProperty("layers").EnumerateArray().Select(static layer => layer.GetInt32()), networks.Layers);
        Assert.Equal(
            golden.GetProperty("loss").EnumerateArray().Select(static value => value.GetDouble()),
            loss.To(DType.Float64).ToArray<double>(),
            static (a, b) => Math.Abs(a - b) < 1e-5 * a);
        NetworkGolden.Matches(golden.GetProperty("gradient"), GradientOf(networks.Translator), 1e-3, "gradient of the translator");
        NetworkGolden.Matches(golden.GetProperty("head_gradient"), GradientOf(networks.Heads), 1e-3, "gradient of the heads");
    }

    [Fact]
    public void The_papers_layers_are_the_image_both_downsamplings_and_the_first_and_fifth_block() => Assert.Equal(
        [(0, 3), (5, 128), (8, 256), (11, 256), (15, 256)], new ResnetTranslator(3, blocks: 9).EncoderLayers);

    [Fact]
    public void Heads_exist_before_the_first_batch_and_fit_their_layers()
    {
        CutNetworks networks = CutNetworks.Build(new ResnetTranslator(width: 2, blocks: 2), new(width: 2), new RandomStream(1));
        Assert.Equal(
            [1, 4, 8, 8, 8], networks.Heads.Select(static head => ((Linear)head[0]).InFeatures));
        Assert.All(networks.Heads, static head => Assert.Equal((256, 256), (((Linear)head[0]).OutFeatures, ((Linear)head[2]).OutFeatures)));
    }

    // With equal images every query is its key: the least loss that the other keys allow.
    [Fact]
    public void A_translation_like_its_source_has_less_loss_than_one_of_other_patches()
    {
        CutNetworks networks = CutNetworks.Build(new ResnetTranslator(width: 4, blocks: 1), new(width: 2), new RandomStream(1), 8);
        PatchContrast contrast = new(networks, 0.07);
        Tensor images = NetworkGolden.Pixels(1, [1, 1, 12, 12], -1, 1);
        double[] loss =
            [.. new[] { images, images.Flip(2) }.Select(translated => contrast.Forward(images, translated, Positions).Item())];
        Assert.InRange(loss[0], 0, loss[1] - 0.1);
    }

    [Theory]
    [InlineData("must ascend from 0 to 14", 2, 5, 3)]
    [InlineData("must ascend from 0 to 14", 2, 3, 15)]
    [InlineData("must ascend from 0 to 14", 2, -1, 3)]
    [InlineData("2 layers need as many heads, but there are 1", 1, 0, 5)]
    public void Layers_that_do_not_exist_are_refused(string message, int heads, params int[] layers)
    {
        Sequential translator = new ResnetTranslator(width: 2, blocks: 1, halvings: 1).Build(new RandomStream(1));
        Assert.Equal(14, translator.Count);
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => new CutNetworks(
            translator, new ReLU(), [.. Enumerable.Range(0, heads).Select(static _ => new Sequential())], [.. layers])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Networks_need_a_head_of_some_width() => Assert.Throws<ArgumentOutOfRangeException>(
        static () => CutNetworks.Build(new ResnetTranslator(width: 2), new(width: 2), new RandomStream(1), headWidth: 0));

    // As tests/golden/cut.py has them.
    static Tensor Positions(int count) =>
        Tensor.From([.. Enumerable.Range(0, Math.Min(12, count)).Select(i => (long)(((5 * i) + 3) % count))]);

    static Tensor GradientOf(Module module) => Tensor.Cat(
        [.. module.Parameters().Select(static parameter => (parameter.Grad ?? Tensor.Zeros(parameter.Shape)).Flatten())]);
}
