using Criterion;
using Criterion.Losses;
using Criterion.Nn;

namespace Article;

/// <summary>Distance of features: of the last layer for each image, as the article's code has it, and of every layer, as its formula has it.</summary>
public static class PerceptualLoss
{
    public static void Run()
    {
        var features = new Sequential(
            new Sequential(new Conv2d(3, 8, 3, padding: 1), new ReLU()),
            new Sequential(new MaxPool2d(2), new Conv2d(8, 16, 3, padding: 1), new ReLU()));
        features.Freeze();
        Tensor generated = Tensor.Rand([4, 3, 16, 16]);
        Tensor target = Tensor.Rand([4, 3, 16, 16]);
        var squares = new MSELoss();

        Tensor article = Tensor.Scalar(0);
        Tensor lastGenerated = features.Forward(generated);
        Tensor lastTarget = features.Forward(target);
        for (int i = 0; i < 4; i++)
        {
            article += squares.Forward(lastGenerated[i], lastTarget[i]); // one image after the other, not one layer
        }

        Tensor perceptual = Tensor.Scalar(0);
        foreach (Module layer in features)
        {
            generated = layer.Forward(generated);
            target = layer.Forward(target);
            perceptual += squares.Forward(generated, target);
        }

        Console.WriteLine($"the article's code {article.Item():0.0000}: {article.Item() / 4:0.0000} for each image");
        Console.WriteLine($"its formula, over layers {perceptual.Item():0.0000}");
    }
}
