using Criterion;
using Criterion.Losses;

namespace Article;

/// <summary>One minus the cosine of two vectors.</summary>
public static class CosineSimilarity
{
    public static void Run()
    {
        Tensor yTrue = Tensor.From<float>([1, 2, 3]);
        Tensor yPred = Tensor.From<float>([4, 5, 6]);
        var loss = new CosineSimilarityLoss();
        Console.WriteLine(
            $"the article's function {OfVectors(yTrue, yPred).Item():0.0000}, "
            + $"CosineSimilarityLoss {loss.Forward(yPred, yTrue).Item():0.0000}");

        Tensor zero = Tensor.Zeros([3]);
        Console.WriteLine($"of a vector of zeros: {OfVectors(yTrue, zero).Item():0.0000} and {loss.Forward(zero, yTrue).Item():0.0000}");

        Tensor batch = Tensor.Stack([yPred, -yPred]);
        Console.WriteLine($"of a batch: {loss.Forward(batch, Tensor.Stack([yTrue, yTrue])).Item():0.0000}");
    }

    /// <summary>The article's function, for single vectors.</summary>
    static Tensor OfVectors(Tensor yTrue, Tensor yPred)
    {
        Tensor dotProduct = (yTrue * yPred).Sum();
        Tensor cosine = dotProduct / (yTrue.Norm() * yPred.Norm());
        return (1 - cosine).Clamp(0, double.PositiveInfinity);
    }
}
