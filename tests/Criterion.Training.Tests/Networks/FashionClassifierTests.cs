namespace Criterion.Training.Tests;

public class FashionClassifierTests
{
    static readonly FashionClassifier Network = FashionClassifier.Pretrained();
    static readonly ImageDataset Data = ImageDataset.FashionMnist();

    [Fact]
    public void It_knows_most_of_the_garments_that_it_never_saw()
    {
        (Tensor learned, Tensor heldOut) = FashionClassifier.Split();
        Assert.Equal((8000, 2000), (learned.Count, heldOut.Count));
        Assert.Equal(10_000, learned.ToArray<long>().Union(heldOut.ToArray<long>()).Count());

        FeatureSet set = FeatureSet.Of("held out", Data.Images.IndexSelect(0, heldOut));

        Tensor right = set.Probabilities!.ArgMax(1).EqualTo(Data.Labels!.IndexSelect(0, heldOut));
        Assert.True(right.To(DType.Float64).Mean().Item() >= 0.88, $"{right.To(DType.Float64).Mean().Item():P2}");
    }

    [Fact]
    public void Its_weights_are_small_and_frozen()
    {
        using Stream stream = typeof(FashionClassifier).Assembly.GetManifestResourceStream("fashion-classifier.safetensors")!;
        Assert.InRange(stream.Length, 1, 500_000);
        Assert.False(Network.IsTraining);
        Assert.All(Network.Parameters(), parameter => Assert.False(parameter.RequiresGrad));
    }

    [Fact]
    public void Layers_have_names_and_come_in_the_order_asked_for()
    {
        Tensor images = Data.Images[..2];
        Assert.Equal(
            [new Shape(2, 16, 32, 32), new Shape(2, 32, 16, 16), new Shape(2, 64, 8, 8), new Shape(2, 96, 4, 4)],
            Network.FeatureMaps(images).Select(map => map.Shape));
        Assert.Equal(
            [new Shape(2, 64, 8, 8), new Shape(2, 16, 32, 32)], Network.FeatureMaps(images, "relu3", "relu1").Select(map => map.Shape));
        Assert.Contains(
            "relu1, relu2", Assert.Throws<ArgumentException>(() => Network.FeatureMaps(images, "relu9")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_embedding_is_the_mean_of_the_last_layer_and_the_logits_come_from_it()
    {
        Tensor images = Data.Images[..3];
        Tensor embedding = Network.Embed(images);
        Assert.Equal(new Shape(3, FashionClassifier.EmbeddingSize), embedding.Shape);
        Assert.Equal(Network.FeatureMaps(images, "relu4")[0].Mean([2, 3]).ToArray<float>(), embedding.ToArray<float>());
        Assert.Equal(Network.Forward(images).ToArray<float>(), Network.Classify(embedding).ToArray<float>());
    }

    [Fact]
    public void An_image_does_not_depend_on_its_batch() => Assert.Equal(
        Network.Embed(
            Data.Images[..5])[3].ToArray<float>(), Network.Embed(Data.Images[3..4])[0].ToArray<float>(), (a, b) => Math.Abs(a - b) < 1e-5);

    [Fact]
    public void Sizes_and_colours_are_brought_to_what_it_knows()
    {
        Tensor images = Data.Images[..4];
        float[] expected = Network.Embed(images).ToArray<float>();
        Assert.Equal(expected, Network.Embed(images[.., .., 2..30, 2..30]).ToArray<float>());
        Assert.Equal(expected, Network.Embed(images.UpsampleNearest2d(64)).ToArray<float>(), (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Equal(expected, Network.Embed(images.Expand(4, 3, 32, 32)).ToArray<float>(), (a, b) => Math.Abs(a - b) < 1e-4);
        Assert.Equal(new Shape(4, 96), Network.Embed(images[.., .., 8..24, ..]).Shape);
    }

    [Fact]
    public void Gradients_reach_the_image_and_nothing_else()
    {
        Tensor image = Data.Images[..1].Clone();
        image.RequiresGrad = true;
        Network.FeatureMaps(image, "relu2")[0].Sum().Backward();
        Assert.True(image.Grad!.Abs().Max().Item() > 0);
        Assert.All(Network.Parameters(), parameter => Assert.Null(parameter.Grad));
    }

    [Fact]
    public void What_is_no_image_is_refused()
    {
        Assert.Throws<ShapeException>(() => Network.Embed(Tensor.Zeros([2, 2, 32, 32])));
        Assert.Throws<ShapeException>(() => Network.Embed(Tensor.Zeros([32, 32])));
        Assert.Throws<ShapeException>(() => Network.Embed(Tensor.Zeros([0, 1, 32, 32])));
    }
}
