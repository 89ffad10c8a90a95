using Criterion;
using Criterion.Losses;

namespace Article;

/// <summary>The divergence of a generated distribution from the real one, for each row.</summary>
public static class KullbackLeiblerLoss
{
    public static void Run()
    {
        Tensor inputs = Tensor.Randn([10, 10]);
        Tensor targets = Tensor.Randn([10, 10]).Softmax(dim: 1);

        // As the article calls it: probabilities where their logarithms belong.
        Tensor probabilities = inputs.Softmax(dim: 1);
        try
        {
            new KLDivLoss().Forward(probabilities, targets);
        }
        catch (LossException mistake)
        {
            Console.WriteLine(mistake.Message);
        }

        // What comes out where nobody checks.
        Tensor asInTheArticle = (targets * (targets.Log() - probabilities)).Mean();

        // Of logarithms, divided by the number of distributions.
        Tensor divergence = new KLDivLoss(Reduction: Reduction.BatchMean).Forward(inputs.LogSoftmax(dim: 1), targets);
        Console.WriteLine($"as in the article {asInTheArticle.Item():0.0000}, KL divergence {divergence.Item():0.0000}");

        // What the numbers are is in the name.
        Tensor ofLogits = new KlFromLogitsLoss().Forward(inputs, targets.Log());
        Tensor ofProbabilities = new KlFromProbabilitiesLoss().Forward(probabilities, targets);
        Console.WriteLine($"KlFromLogitsLoss {ofLogits.Item():0.0000}, KlFromProbabilitiesLoss {ofProbabilities.Item():0.0000}");
    }
}
