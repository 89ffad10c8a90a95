using Criterion;
using Criterion.Losses;
using Criterion.Nn;

namespace Article;

/// <summary>
/// Distance of features: of the last layer for each image, as in the article's code, and of every layer, as in its formula.
/// </summary>
public static class Perceptual
{
    public static void Run()
    {
        var features = new Sequential(
            new Sequential(new Conv2d(3, 8, 3, padding: 1), new ReLU()),
            new Sequential(new MaxPool2d(2), new Conv2d(8, 16, 3, padding: 1), new ReLU()));
        features.Freeze();
        Tensor generated = Tensor.Rand([4, 3, 16, 16]);
        Tensor target = Tensor.Rand([4, 3, 16, 16]);
        Tensor article = OfLastLayer(features.Forward(generated), features.Forward(target));
        Tensor same = new PerceptualLoss(reduction: Reduction.Sum).Forward(features.Forward(generated), features.Forward(target));
        Console.WriteLine(
            $"the article's code {article.Item():0.0000}, PerceptualLoss of one layer with Reduction.Sum {same.Item():0.0000}");

        Tensor perceptual = new PerceptualLoss().Forward(Layers(features, generated), Layers(features, target));
        Console.WriteLine($"its formula, PerceptualLoss over layers: {perceptual.Item():0.0000}");
    }

    /// <summary>One image after the other, not one layer.</summary>
    static Tensor OfLastLayer(Tensor generateFeature, Tensor targetFeatures)
    {
        var squares = new MSELoss();
        Tensor loss = Tensor.Scalar(0);
        for (int i = 0; i < generateFeature.Shape[0]; i++)
        {
            loss += squares.Forward(generateFeature[i], targetFeatures[i]);
        }

        return loss;
    }

    /// <summary>What each layer gives.</summary>
    static Tensor[] Layers(Sequential layers, Tensor x) => [.. layers.Select(layer => x = layer.Forward(x))];
}
