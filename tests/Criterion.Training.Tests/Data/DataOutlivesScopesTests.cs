using Criterion.Nn;

namespace Criterion.Training.Tests;

/// <summary>
/// What holds tensors outlives the scope in which it happens to be created, as static fields are when they are first read.
/// </summary>
public class DataOutlivesScopesTests
{
    [Fact]
    public void Data_sets_do() => Outlives(
        static () => new ImageDataset("noise", Tensor.Rand([3, 1, 8, 8], random: new RandomStream(1), low: -1), Tensor.From<long>(0, 1, 0)),
        static data => [data.Images, data.Labels!, data.Only([0]).Images]);

    [Fact]
    public void Points_do() => Outlives(static () => new GaussianRing().Draw(10), static data => [data.Points, data.Labels!]);

    [Fact]
    public void Embedded_data_do() =>
        Outlives(static () => ImageDataset.FashionMnist(8), static data => [data.Images[..2], data.Labels![..2]]);

    [Fact]
    public void Feature_sets_do() => Outlives(
        static () => new FeatureSet("here", "by hand", Tensor.Ones([3, 2]) * 2, Tensor.Ones([3, 2]) / 2),
        static set => [set.Features, set.Probabilities!]);

    [Fact]
    public void Galleries_do() => Outlives(
        static () => new Gallery(
            new Nn.Flatten(), new ImageDataset("noise", Tensor.Rand([3, 1, 8, 8], random: new RandomStream(1), low: -1))),
        static gallery => [gallery.Embeddings, gallery.Search(Tensor.Ones([1, 8, 8])).Query]);

    [Fact]
    public void Classifiers_do() => Outlives(
        FashionClassifier.Pretrained, static classifier => [classifier.Embed(Tensor.Zeros([1, 1, 32, 32]))]);

    static void Outlives<T>(Func<T> make, Func<T, Tensor[]> tensors)
    {
        T made;
        using (new TensorScope())
        {
            made = make();
        }

        using (new TensorScope())
        {
            // Memory that had gone back to the pool would be theirs.
            _ = Enumerable.Range(0, 20).Select(static i => Tensor.Full([64 * i], i)).ToArray();
            Assert.All(tensors(made).Zip(tensors(make())), static pair => Assert.Equal(Values(pair.Second), Values(pair.First)));
        }
    }

    static double[] Values(Tensor tensor) => tensor.To(DType.Float64).ToArray<double>();
}
